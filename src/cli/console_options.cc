#include "cli/console_options.h"

#include <filesystem>

#include <fmt/format.h>

#include "cli/argument.h"

namespace mailrail::cli {

void add_console_options(CLI::App& serve, ConsoleOptions& options) {
  add_flag(serve, "--console-read-only", options.is_read_only,
           "By the console nobody changes anything, whatever his key may.");
  add_flag(serve, "--console-hide-payloads", options.hides_payloads,
           "In the console nobody sees what messages say, whatever his key may.");
  add_option(serve, "--ui-dir", options.ui_directory,
             "For who writes the console's pages: serve them from this directory, read each "
             "time, instead of those in the binary.");
}

Result<server::Options> with_console(server::Options options, const ConsoleOptions& given) {
  if (given.ui_directory) {
    std::error_code unreadable;
    if (!std::filesystem::is_regular_file(*given.ui_directory + "/index.html", unreadable)) {
      return fail(errors::unusable,
                  fmt::format("--ui-dir must be a directory with the console's pages: there is no "
                              "{}/index.html.",
                              *given.ui_directory));
    }
    options.console.ui_directory = *given.ui_directory;
  }
  if (given.is_read_only) options.console.extent = auth::Extent::looking;
  if (given.hides_payloads) options.console.payloads = auth::Payloads::hidden;
  return options;
}

}  // namespace mailrail::cli
