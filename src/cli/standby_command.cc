#include "cli/standby_command.h"

#include <memory>

#include "cli/argument.h"
#include "cli/standby.h"

namespace mailrail::cli {

Command add_promote(CLI::App& app) {
  const auto options = std::make_shared<PromoteOptions>();
  CLI::App& standby = group_of(app, "standby", "Look after servers that share a log.");
  CLI::App* promote = add_subcommand(
      standby, "promote",
      "Have a standby take the log over, after its owner has stepped down.\n"
      "Exits with 0 if it owns the log, 1 if it could not take it over, 2 if the command is wrong, "
      "6 if the server does not answer.");
  add_flag(*promote, "--force", options->is_forced,
           "Take the log also if its owner does not answer.");
  return session_command(promote, options, &cli::promote);
}

}  // namespace mailrail::cli
