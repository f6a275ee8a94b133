// The mailrail command.

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "cli/about_commands.h"
#include "cli/apply_command.h"
#include "cli/backup_commands.h"
#include "cli/bench_command.h"
#include "cli/check_command.h"
#include "cli/command.h"
#include "cli/conversation_commands.h"
#include "cli/doctor_command.h"
#include "cli/exit_codes.h"
#include "cli/healthcheck_command.h"
#include "cli/help_format.h"
#include "cli/key_commands.h"
#include "cli/log_commands.h"
#include "cli/log_format.h"
#include "cli/message_commands.h"
#include "cli/printable.h"
#include "cli/queue_commands.h"
#include "cli/redrive_commands.h"
#include "cli/serve_command.h"
#include "cli/standby_command.h"
#include "cli/topics_command.h"
#include "cli/usage_error.h"

namespace {

using namespace mailrail::cli;
using Commands = std::vector<Command>;

// Looks after a server, here or elsewhere.
Commands add_server_commands(CLI::App& app) {
  return {
      add_serve(app),      add_check(app),    add_healthcheck(app), add_doctor(app),
      add_key_create(app), add_key_list(app), add_key_rotate(app),  add_key_revoke(app),
      add_promote(app),    add_bench(app),
  };
}

// `redrive ls` goes before `redrive`, which it is in.
Commands add_message_commands(CLI::App& app) {
  return {
      add_send(app),   add_receive(app),    add_peek(app),           add_tail(app),
      add_move(app),   add_redrive_ls(app), add_redrive_cancel(app), add_redrive(app),
      add_export(app), add_import(app),
  };
}

Commands add_queue_commands(CLI::App& app) {
  Commands commands = {
      add_queues_ls(app),      add_queues_show(app),      add_queues_create(app),
      add_queues_set(app),     add_queues_purge(app),     add_queues_pause(app),
      add_queues_resume(app),  add_queues_rm(app),        add_top(app),
      add_topics_ls(app),      add_topics_show(app),      add_topics_create(app),
      add_topics_publish(app), add_topics_subscribe(app), add_topics_unsubscribe(app),
      add_topics_rm(app),      add_test_filter(app),      add_apply(app),
  };
  for (Command& each : add_conversations(app)) commands.push_back(std::move(each));
  return commands;
}

Commands add_log_commands(CLI::App& app) {
  return {add_backup(app), add_restore(app), add_verify(app), add_salvage(app), add_move_log(app)};
}

Commands add_about_commands(CLI::App& app) {
  return {add_completion(app), add_man(app), add_version(app)};
}

// In the order of --help, which lists them under such headings.
Commands add_commands(CLI::App& app) {
  struct Group {
    const char* heading;
    Commands (*add)(CLI::App&);
  };
  constexpr Group groups[] = {
      {.heading = "Servers", .add = &add_server_commands},
      {.heading = "Messages", .add = &add_message_commands},
      {.heading = "Queues and topics", .add = &add_queue_commands},
      {.heading = "Logs and backups", .add = &add_log_commands},
      {.heading = "This program", .add = &add_about_commands},
  };
  const auto is_new = [unnamed = app.get_group()](const CLI::App* each) {
    return each->get_group() == unnamed;
  };
  Commands commands;
  for (const Group& group : groups) {
    for (Command& each : group.add(app)) commands.push_back(std::move(each));
    for (CLI::App* each : app.get_subcommands(is_new)) each->group(group.heading);
  }
  return commands;
}

}  // namespace

int main(int argument_count, char** arguments) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("mailrail"));
  use_log_format(LogFormat::text);
  CLI::App app(
      "Durable, ordered messages behind the APIs of Amazon SQS and SNS: one binary over one "
      "directory, or over a PostgreSQL.",
      "mailrail");
  app.set_version_flag("--version", std::string("mailrail ") + MAILRAIL_VERSION);
  app.formatter(std::make_shared<HelpFormat>());
  app.require_subcommand(1);
  const Commands commands = add_commands(app);

  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version.
    const UsageError wrong = usage_error(app, error);
    fmt::print(stderr, "{0}: {1}\nSee {0} --help.\n", wrong.command, printable(wrong.sentence));
    return static_cast<int>(ExitCode::usage);
  }
  const auto given =
      std::ranges::find_if(commands, [](const Command& each) { return each.app->parsed(); });
  return given->run();
}
