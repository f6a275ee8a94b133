// The mailrail command.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "cli/about_commands.h"
#include "cli/apply_command.h"
#include "cli/backup_commands.h"
#include "cli/check_command.h"
#include "cli/command.h"
#include "cli/conversation_commands.h"
#include "cli/doctor_command.h"
#include "cli/healthcheck_command.h"
#include "cli/key_commands.h"
#include "cli/log_commands.h"
#include "cli/log_format.h"
#include "cli/message_commands.h"
#include "cli/queue_commands.h"
#include "cli/redrive_commands.h"
#include "cli/serve_command.h"
#include "cli/standby_command.h"
#include "cli/topics_command.h"

namespace {

// What runs, looks after and describes a server here.
std::vector<mailrail::cli::Command> add_own_commands(CLI::App& app) {
  using namespace mailrail::cli;
  return {
      add_serve(app),      add_verify(app),      add_salvage(app),    add_move_log(app),
      add_promote(app),    add_key_create(app),  add_key_list(app),   add_key_rotate(app),
      add_key_revoke(app), add_check(app),       add_completion(app), add_man(app),
      add_version(app),    add_healthcheck(app), add_restore(app),
  };
}

// What asks services, here or elsewhere. `redrive ls` goes before `redrive`, which it is in.
std::vector<mailrail::cli::Command> add_client_commands(CLI::App& app) {
  using namespace mailrail::cli;
  return {
      add_send(app),
      add_receive(app),
      add_peek(app),
      add_tail(app),
      add_move(app),
      add_redrive_ls(app),
      add_redrive_cancel(app),
      add_redrive(app),
      add_export(app),
      add_backup(app),
      add_doctor(app),
      add_import(app),
      add_queues_ls(app),
      add_queues_show(app),
      add_queues_create(app),
      add_queues_set(app),
      add_queues_purge(app),
      add_queues_pause(app),
      add_queues_resume(app),
      add_queues_rm(app),
      add_top(app),
      add_topics_ls(app),
      add_topics_show(app),
      add_topics_create(app),
      add_topics_publish(app),
      add_topics_subscribe(app),
      add_topics_unsubscribe(app),
      add_topics_rm(app),
      add_test_filter(app),
      add_apply(app),
  };
}

// In the order that --help lists them.
std::vector<mailrail::cli::Command> add_commands(CLI::App& app) {
  std::vector<mailrail::cli::Command> commands = add_own_commands(app);
  for (auto& each : add_client_commands(app)) commands.push_back(std::move(each));
  for (auto& each : mailrail::cli::add_conversations(app)) commands.push_back(std::move(each));
  return commands;
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
