#include <memory>

#include <fmt/format.h>

#include "base/shown.h"
#include "cli/argument.h"
#include "cli/redrive_commands.h"
#include "cli/references.h"
#include "cli/session.h"
#include "sqs/move_task_shapes.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct TasksOptions {
  SessionOptions session;
  std::string queue;
};

constexpr const char* group_description = "Move dead letters back, or to another queue.";

Result<std::vector<sqs::MessageMoveTask>> tasks_of(Session& session, const std::string& reference) {
  const std::string url = TRY(queue_url_of(session.client, reference));
  const std::string arn = TRY(queue_arn_of(session.client, url));
  return TRY(session.client.ask<sqs::ListMessageMoveTasksOutput>(
                 Service::sqs, "ListMessageMoveTasks",
                 sqs::ListMessageMoveTasksInput{.source_arn = arn, .max_results = 10}))
      .results;
}

Result<ExitCode> list(const TasksOptions& options, Session& session) {
  Rows rows(session.output, {.list_name = "Results",
                             .columns = {{"STATUS", "Status"},
                                         {"MOVED", "ApproximateNumberOfMessagesMoved"},
                                         {"OF", "ApproximateNumberOfMessagesToMove"},
                                         {"TO", "DestinationArn"},
                                         {"FAILURE", "FailureReason"}}});
  for (const auto& each : TRY(tasks_of(session, options.queue))) rows.add(object_of(each));
  rows.finish();
  return ExitCode::done;
}

Result<ExitCode> cancel(const TasksOptions& options, Session& session) {
  TRY(session.client.expect_changeable(Service::sqs, "CancelMessageMoveTask"));
  for (const sqs::MessageMoveTask& each : TRY(tasks_of(session, options.queue))) {
    if (!each.task_handle) continue;
    const auto cancelled = TRY(session.client.ask<sqs::CancelMessageMoveTaskOutput>(
        Service::sqs, "CancelMessageMoveTask",
        sqs::CancelMessageMoveTaskInput{.task_handle = *each.task_handle}));
    print_object(session.output, object_of(cancelled));
    return ExitCode::done;
  }
  return fail(errors::not_found, fmt::format("No redrive of {} is running.", shown(options.queue)));
}

Command add(CLI::App& app,
            const char* name,
            const char* description,
            Result<ExitCode> (*body)(const TasksOptions&, Session&)) {
  const auto options = std::make_shared<TasksOptions>();
  CLI::App* command =
      add_subcommand(group_of(app, "redrive", group_description), name, description);
  add_option(*command, "QUEUE", options->queue, "The dead-letter queue's name, URL or ARN.")
      .required();
  return session_command(command, options, body);
}

}  // namespace

Command add_redrive_ls(CLI::App& app) {
  return add(app, "ls", "List the last redrives of a queue.", &list);
}

Command add_redrive_cancel(CLI::App& app) {
  return add(app, "cancel", "Stop the redrive of a queue. What was moved stays moved.", &cancel);
}

}  // namespace mailrail::cli
