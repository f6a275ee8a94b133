// The mailrail command.

#include <algorithm>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "cli/about_commands.h"
#include "cli/check_command.h"
#include "cli/command.h"
#include "cli/healthcheck_command.h"
#include "cli/key_commands.h"
#include "cli/log_commands.h"
#include "cli/log_format.h"
#include "cli/serve_command.h"
#include "cli/standby_command.h"
#include "cli/topics_command.h"

namespace {

// In the order that --help lists them.
std::vector<mailrail::cli::Command> add_commands(CLI::App& app) {
  using namespace mailrail::cli;
  return {
      add_serve(app),       add_verify(app),     add_salvage(app),     add_move_log(app),
      add_test_filter(app), add_promote(app),    add_key_create(app),  add_key_list(app),
      add_key_rotate(app),  add_key_revoke(app), add_check(app),       add_completion(app),
      add_man(app),         add_version(app),    add_healthcheck(app),
  };
}

}  // namespace

int main(int argument_count, char** arguments) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("mailrail"));
  mailrail::cli::use_log_format(mailrail::cli::LogFormat::text);
  CLI::App app(
      "Durable, ordered messages behind the APIs of Amazon SQS and SNS: one binary over one "
      "directory, or over a PostgreSQL.",
      "mailrail");
  app.set_version_flag("--version", std::string("mailrail ") + MAILRAIL_VERSION);
  app.require_subcommand(1);
  const std::vector<mailrail::cli::Command> commands = add_commands(app);

  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  const auto given = std::ranges::find_if(
      commands, [](const mailrail::cli::Command& each) { return each.app->parsed(); });
  return given->run();
}
