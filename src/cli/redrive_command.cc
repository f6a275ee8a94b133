#include <chrono>
#include <memory>
#include <thread>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "admin/redrive_shapes.h"
#include "base/shown.h"
#include "cli/argument.h"
#include "cli/interrupt.h"
#include "cli/option_values.h"
#include "cli/progress_bar.h"
#include "cli/queue_counts.h"
#include "cli/redrive_chosen.h"
#include "cli/redrive_commands.h"
#include "cli/references.h"
#include "cli/session.h"
#include "sqs/move_task_shapes.h"
#include "sqs/queue_shapes.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct RedriveOptions : ChosenRedrive {
  SessionOptions session = {};
  bool is_ramped = false;
  bool is_detached = false;
};

constexpr auto between_looks = std::chrono::milliseconds(200);

Result<std::vector<std::string>> sources_of(client::Client& client, const std::string& queue_url) {
  std::vector<std::string> sources;
  sqs::ListDeadLetterSourceQueuesInput input{
      .queue_url = queue_url, .next_token = {}, .max_results = 1000};
  do {
    auto page = TRY(client.ask<sqs::ListDeadLetterSourceQueuesOutput>(
        Service::sqs, "ListDeadLetterSourceQueues", input));
    for (const std::string& each : page.queue_urls) sources.push_back(name_in(each));
    input.next_token = std::move(page.next_token);
  } while (input.next_token);
  return sources;
}

Result<ExitCode> tell_plan(const RedriveOptions& options,
                           Session& session,
                           const std::string& queue_url) {
  const QueueCounts counts = TRY(queue_counts_of(session.client, queue_url));
  boost::json::array to;
  if (options.to) {
    to.emplace_back(name_in(*options.to));
  } else {
    for (const std::string& each : TRY(sources_of(session.client, queue_url)))
      to.emplace_back(each);
  }
  print_object(session.output, {{"Queue", name_in(queue_url)},
                                {"Messages", counts.visible},
                                {"InFlight", counts.in_flight},
                                {"To", to}});
  return ExitCode::done;
}

// Of the tasks of that queue the one of this handle; a task that has ended tells no handle, and is
// then the newest.
Result<sqs::MessageMoveTask> look(client::Client& client,
                                  const std::string& arn,
                                  const std::string& handle) {
  const auto listed = TRY(client.ask<sqs::ListMessageMoveTasksOutput>(
      Service::sqs, "ListMessageMoveTasks",
      sqs::ListMessageMoveTasksInput{.source_arn = arn, .max_results = 10}));
  for (const sqs::MessageMoveTask& each : listed.results) {
    if (each.task_handle == handle) return each;
  }
  if (listed.results.empty())
    return fail(errors::not_found, "The service does not know the task any more.");
  return listed.results.front();
}

Result<ExitCode> watch(const RedriveOptions& options,
                       Session& session,
                       const std::string& arn,
                       const std::string& handle) {
  ProgressBar bar("redrive", ProgressBar::Unit::messages);
  const Interrupt interrupt;
  while (!interrupt.came()) {
    const sqs::MessageMoveTask task = TRY(look(session.client, arn, handle));
    bar.at(static_cast<std::uint64_t>(task.approximate_number_of_messages_moved),
           static_cast<std::uint64_t>(task.approximate_number_of_messages_to_move));
    if (task.status == "COMPLETED") {
      bar.clear();
      print_object(session.output, object_of(task));
      return ExitCode::done;
    }
    if (task.status != "RUNNING" && task.status != "CANCELLING") {
      return fail(errors::refused,
                  fmt::format("The task ended as {} after {} messages{}.", shown(task.status),
                              task.approximate_number_of_messages_moved,
                              task.failure_reason ? ": " + *task.failure_reason : ""));
    }
    std::this_thread::sleep_for(between_looks);
  }
  bar.clear();
  fmt::print(stderr,
             "The redrive goes on without you. To see it: mailrail redrive ls {}. To stop it: "
             "mailrail redrive cancel {}\n",
             options.from, options.from);
  return ExitCode::interrupted;
}

Result<sqs::StartMessageMoveTaskOutput> start(const RedriveOptions& options,
                                              client::Client& client,
                                              const sqs::StartMessageMoveTaskInput& input) {
  using Started = sqs::StartMessageMoveTaskOutput;
  if (!options.is_ramped) return client.ask<Started>(Service::sqs, "StartMessageMoveTask", input);
  TRY(client.expect_mailrail("StartRampedMoveTask"));
  return client.ask<Started>(
      Service::mailrail, "StartRampedMoveTask",
      admin::StartRampedMoveTaskInput{
          .source_arn = input.source_arn,
          .destination_arn = input.destination_arn,
          .max_number_of_messages_per_second = input.max_number_of_messages_per_second});
}

Result<ExitCode> redrive(const RedriveOptions& options, Session& session) {
  if (options.from.empty()) return fail(errors::usage, "Say which dead-letter queue.");
  if (options.is_ramped && !options.rate)
    return fail(errors::usage, "Say with --rate where --ramp ends, like --ramp --rate 50/s.");
  if (options.is_some()) return redrive_chosen(options, session);
  if (!options.is_dry) TRY(session.client.expect_changeable(Service::sqs, "StartMessageMoveTask"));
  const std::string queue_url = TRY(queue_url_of(session.client, options.from));
  if (options.is_dry) return tell_plan(options, session, queue_url);
  sqs::StartMessageMoveTaskInput input{
      .source_arn = TRY(queue_arn_of(session.client, queue_url)),
      .destination_arn = {},
      .max_number_of_messages_per_second = TRY(rate_of("--rate", options.rate))};
  if (options.to) {
    const std::string to = TRY(queue_url_of(session.client, *options.to));
    input.destination_arn = TRY(queue_arn_of(session.client, to));
  }
  const auto started = TRY(start(options, session.client, input));
  if (!options.is_detached) return watch(options, session, input.source_arn, started.task_handle);
  print_object(session.output, object_of(started));
  return ExitCode::done;
}

}  // namespace

Command add_redrive(CLI::App& app) {
  const auto options = std::make_shared<RedriveOptions>();
  CLI::App& redrive = commanding_group_of(
      app, "redrive", "Move dead letters back to where they came from, or to another queue.");
  add_option(redrive, "QUEUE", options->from, "The dead-letter queue's name, URL or ARN.");
  add_option(redrive, "--to", options->to, "To this queue. Default: where each came from.");
  const Argument ids =
      add_option(redrive, "--id", options->ids,
                 "Only the message with this id. May be repeated, up to 100 times.")
          .repeatable();
  const Argument conditions =
      add_option(redrive, "--filter", options->conditions,
                 "Only those of which this holds: NAME=VALUE or NAME~TEXT, as in peek. May be "
                 "repeated.")
          .repeatable()
          .excludes(ids);
  add_option(redrive, "--rate", options->rate, "At most so many a second, like 50/s.")
      .excludes(ids);
  add_flag(redrive, "--ramp", options->is_ramped,
           "Begin with one a second, and double that every ten seconds up to --rate.")
      .excludes(ids)
      .excludes(conditions);
  add_flag(redrive, "--dry-run", options->is_dry, "Only tell how many there are, and to where.");
  add_flag(redrive, "--detach", options->is_detached, "Don't wait until it is done.")
      .excludes(ids)
      .excludes(conditions);
  return session_command(&redrive, options, &cli::redrive);
}

}  // namespace mailrail::cli
