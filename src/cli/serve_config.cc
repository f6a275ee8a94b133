#include "cli/serve_config.h"

#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/argument.h"
#include "cli/environment.h"
#include "cli/exit_codes.h"
#include "cli/printable.h"

namespace mailrail::cli {
namespace {

bool is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Result<std::optional<ConfigFile>> read_file(const ConfigOptions& options) {
  const auto path = find_config(options.file, process_environment(), &is_there);
  if (!path) return std::nullopt;
  return TRY(read_config(*path));
}

}  // namespace

void add_config_options(CLI::App& serve, ConfigOptions& options) {
  add_option(serve, "--config", options.file,
             "The configuration file. Default: MAILRAIL_CONFIG, else the first that is there: "
             "./mailrail.toml, $XDG_CONFIG_HOME/mailrail/mailrail.toml, "
             "/etc/mailrail/mailrail.toml.")
      .not_in_configuration();
  add_flag(serve, "--print-config", options.is_to_print,
           "Print each setting with where it was said, as a configuration file, and do not "
           "start.")
      .not_in_configuration();
}

int run_configured(CLI::App& serve, const ConfigOptions& options, const std::function<int()>& run) {
  const auto file = read_file(options);
  if (!file) {
    print_mistakes({file.error().message});
    return static_cast<int>(ExitCode::usage);
  }
  const Variables variables = process_variables();
  const auto settings = settle(serve, variables, *file);
  if (!settings) {
    print_mistakes(settings.error());
    return static_cast<int>(ExitCode::usage);
  }
  if (!options.is_to_print) return run();
  fmt::print("{}", text_of(*settings, *file, variables));
  return static_cast<int>(ExitCode::done);
}

void print_mistakes(const Mistakes& mistakes) {
  for (const std::string& each : mistakes) fmt::print(stderr, "mailrail: {}\n", printable(each));
}

}  // namespace mailrail::cli
