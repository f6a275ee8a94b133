#include "sqs/move_tasks.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/check.h"
#include "base/digest.h"
#include "base/json.h"
#include "sqs/arn.h"
#include "sqs/errors.h"
#include "sqs/limits.h"
#include "sqs/validation.h"

namespace mailrail::sqs {
namespace {

using engine::MoveTask;
using engine::MoveTaskFailure;
using engine::MoveTaskStatus;
using engine::MoveTaskVerdict;

std::unexpected<Error> no_such_queue(std::string_view parameter) {
  return fail(errors::resource_not_found,
              fmt::format("The resource that you specified for the {} parameter doesn't exist.",
                          parameter));
}

const engine::Queue* find(const engine::Engine& engine,
                          const std::optional<engine::QueueName>& name) {
  return name ? engine.find_queue(*name) : nullptr;
}

// "The following permissions are required" (SQS developer guide, dead-letter queue redrive), by the
// caller: of the source these beside the action's own, of each destination SendMessage.
constexpr std::array rights_to_source = {"ReceiveMessage", "DeleteMessage", "GetQueueAttributes"};

Result<void> authorize(const api::AccessRequest& request,
                       std::string_view action,
                       const api::Subject& queue) {
  const auth::Right* right = auth::find_right("sqs", action);
  CHECK(right != nullptr);
  return api::authorize(request, *right, queue);
}

std::string_view status_of(const MoveTask& task) {
  switch (task.status) {
    case MoveTaskStatus::running:
      return "RUNNING";
    case MoveTaskStatus::completed:
      return "COMPLETED";
    case MoveTaskStatus::cancelled:
      return "CANCELLED";
    case MoveTaskStatus::failed:
      return "FAILED";
  }
  CHECK(false);
}

std::optional<std::string> failure_reason_of(const MoveTask& task) {
  switch (task.failure) {
    case MoveTaskFailure::none:
      return std::nullopt;
    case MoveTaskFailure::no_source:
      return "CouldNotDetermineMessageSource";
    case MoveTaskFailure::no_destination:
      return "AWS.SimpleQueueService.NonExistentQueue";
  }
  CHECK(false);
}

}  // namespace

// --- The handle.

std::string write_task_handle(const TaskHandle& handle) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  writer.member("taskId", handle.task_id);
  writer.member("sourceArn", handle.source_arn);
  writer.end_object();
  return base64(json);
}

std::optional<TaskHandle> read_task_handle(std::string_view text) {
  const std::optional<std::string> json = from_base64(text);
  if (!json) return std::nullopt;
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(json->data(), json->size()).get(object) != simdjson::SUCCESS)
    return std::nullopt;
  std::string_view task_id;
  std::string_view source_arn;
  if (object["taskId"].get(task_id) != simdjson::SUCCESS ||
      object["sourceArn"].get(source_arn) != simdjson::SUCCESS)
    return std::nullopt;
  return TaskHandle{.task_id = std::string(task_id), .source_arn = std::string(source_arn)};
}

std::optional<api::Subject> queue_subject(std::string_view arn) {
  const std::optional<engine::QueueName> name = parse_queue_arn(arn);
  if (!name) return std::nullopt;
  return api::Subject{.about = auth::About::queue, .name = *name};
}

// --- What actions that move messages have in common.

std::optional<engine::QueueName> own_queue(std::string_view arn, const api::Context& context) {
  std::optional<engine::QueueName> name = parse_queue_arn(arn);
  const bool is_own =
      name && name->region == context.caller.region && name->account == context.caller.account;
  return is_own ? name : std::nullopt;
}

Result<void> authorize_move(const api::AccessRequest& request,
                            const api::Subject& source,
                            const std::optional<std::string>& destination_arn) {
  TRY(api::authorize(request, source));
  for (const std::string_view each : rights_to_source) TRY(authorize(request, each, source));
  if (destination_arn) {
    const std::optional<api::Subject> destination = queue_subject(*destination_arn);
    return destination ? authorize(request, "SendMessage", *destination) : Result<void>();
  }
  // They go back where they came from.
  for (const auto& [queue, id] : request.engine.queue_names()) {
    if (request.engine.find_queue(id)->is_source_of(source.name))
      TRY(authorize(request, "SendMessage", {.about = auth::About::queue, .name = queue}));
  }
  return {};
}

std::unexpected<Error> refusal_of_move(MoveTaskVerdict verdict, std::string_view destination_arn) {
  switch (verdict) {
    case MoveTaskVerdict::no_dead_letter_queue:
      return fail(errors::invalid_parameter_value,
                  "Source queue must be configured as a Dead Letter Queue.");
    case MoveTaskVerdict::no_destination:
      return no_such_queue("DestinationArn");
    case MoveTaskVerdict::to_itself:
      return errors::invalid_parameter({"DestinationArn", destination_arn},
                                       "Messages cannot be moved to the queue that they are in");
    case MoveTaskVerdict::to_another_type:
      return errors::invalid_parameter(
          {"DestinationArn", destination_arn},
          "Messages can only be moved to a queue of the same type as the source");
    case MoveTaskVerdict::already_running:
      return fail(errors::invalid_parameter_value,
                  "There is already a task running. Only one active task is allowed for a source "
                  "queue arn at a given time.");
    case MoveTaskVerdict::started:
      break;
  }
  CHECK(false);
}

// --- StartMessageMoveTask.

Result<void> StartMessageMoveTask::authorize(const api::AccessRequest& request,
                                             const Prepared& prepared) {
  const std::optional<api::Subject> source = queue_subject(prepared.input.source_arn);
  if (!source) return api::authorize(request, std::nullopt);
  return authorize_move(request, *source, prepared.input.destination_arn);
}

StartMessageMoveTask::Prepared StartMessageMoveTask::prepare(Input input,
                                                             const api::Context& context) {
  Prepared prepared{.input = std::move(input), .error = {}, .source = {}, .destination = {}};
  prepared.source = own_queue(prepared.input.source_arn, context);
  if (prepared.input.destination_arn)
    prepared.destination = own_queue(*prepared.input.destination_arn, context);
  const auto checked = check_move_task_rate(prepared.input.max_number_of_messages_per_second);
  if (!checked) prepared.error = checked.error();
  return prepared;
}

api::Asked<StartMessageMoveTask::Decided> StartMessageMoveTask::decide(engine::Engine& engine,
                                                                       engine::Turn& turn,
                                                                       Prepared& prepared) {
  if (prepared.error) return std::unexpected(*prepared.error);
  const engine::Queue* source = find(engine, prepared.source);
  if (source == nullptr) return no_such_queue("SourceArn");
  const std::optional<std::string>& destination_arn = prepared.input.destination_arn;
  // What is no queue's ARN names no queue; but first the source must be one to move from.
  engine::MoveTaskRequest request{.source = source->id,
                                  .rate = static_cast<std::uint32_t>(
                                      prepared.input.max_number_of_messages_per_second.value_or(0)),
                                  .pace = prepared.pace};
  if (destination_arn) request.destination = prepared.destination.value_or(engine::QueueName());
  const engine::MoveTaskResult result = engine.start_move_task(turn, request);
  if (result.verdict != MoveTaskVerdict::started)
    return refusal_of_move(result.verdict, destination_arn.value_or(""));
  return Decided{.source = source->id, .task = result.task};
}

Result<StartMessageMoveTaskOutput> StartMessageMoveTask::finish(const Decided& decided,
                                                                const Prepared& prepared,
                                                                const api::Context& context,
                                                                const api::Bodies&) {
  return Output{.task_handle = write_task_handle(
                    {.task_id = context.identity->move_task_id(decided.source, decided.task),
                     .source_arn = prepared.input.source_arn})};
}

// --- CancelMessageMoveTask.

CancelMessageMoveTask::Prepared CancelMessageMoveTask::prepare(Input input,
                                                               const api::Context& context) {
  Prepared prepared{.handle = read_task_handle(input.task_handle), .source = {}};
  if (prepared.handle) prepared.source = own_queue(prepared.handle->source_arn, context);
  return prepared;
}

api::Asked<CancelMessageMoveTask::Decided> CancelMessageMoveTask::decide(engine::Engine& engine,
                                                                         engine::Turn& turn,
                                                                         Prepared& prepared) {
  if (!prepared.handle)
    return fail(errors::invalid_parameter_value, "Value for parameter TaskHandle is invalid.");
  const engine::Queue* source = find(engine, prepared.source);
  if (source == nullptr) return no_such_queue("SourceArn");
  const auto task = std::ranges::find_if(source->move_tasks, [&](const MoveTask& each) {
    return engine.identity().move_task_id(source->id, each.id) == prepared.handle->task_id;
  });
  if (task == source->move_tasks.end())
    return fail(errors::resource_not_found, "Task does not exist.");
  if (!task->is_running()) {
    return fail(
        errors::unsupported_operation,
        fmt::format("Only a task with the status RUNNING can be cancelled; this one's is {}.",
                    status_of(*task)));
  }
  const Decided decided{.moved = task->moved};
  engine.cancel_move_task(turn, source->id);
  return decided;
}

Result<CancelMessageMoveTaskOutput> CancelMessageMoveTask::finish(const Decided& decided,
                                                                  const Prepared&,
                                                                  const api::Context&,
                                                                  const api::Bodies&) {
  return Output{.approximate_number_of_messages_moved = static_cast<std::int64_t>(decided.moved)};
}

// --- ListMessageMoveTasks.

ListMessageMoveTasks::Prepared ListMessageMoveTasks::prepare(Input input,
                                                             const api::Context& context) {
  Prepared prepared{.source_arn = std::move(input.source_arn), .error = {}, .source = {}};
  prepared.source = own_queue(prepared.source_arn, context);
  const auto checked = check_move_tasks_listed(input.max_results);
  if (!checked) {
    prepared.error = checked.error();
  } else {
    prepared.count_max =
        static_cast<std::size_t>(input.max_results.value_or(limits::move_tasks_listed_default));
  }
  return prepared;
}

api::Asked<ListMessageMoveTasks::Decided> ListMessageMoveTasks::decide(engine::Engine& engine,
                                                                       engine::Turn&,
                                                                       Prepared& prepared) {
  if (prepared.error) return std::unexpected(*prepared.error);
  const engine::Queue* source = find(engine, prepared.source);
  if (source == nullptr) return no_such_queue("SourceArn");
  const std::vector<MoveTask>& tasks = source->move_tasks;
  const auto count = static_cast<std::ptrdiff_t>(std::min(prepared.count_max, tasks.size()));
  return Decided{.source = source->id, .tasks = {tasks.rbegin(), tasks.rbegin() + count}};
}

Result<ListMessageMoveTasksOutput> ListMessageMoveTasks::finish(const Decided& decided,
                                                                const Prepared& prepared,
                                                                const api::Context& context,
                                                                const api::Bodies&) {
  Output output;
  for (const MoveTask& each : decided.tasks) {
    MessageMoveTask& task = output.results.emplace_back();
    if (each.is_running()) {
      task.task_handle =
          write_task_handle({.task_id = context.identity->move_task_id(decided.source, each.id),
                             .source_arn = prepared.source_arn});
    }
    task.status = status_of(each);
    task.source_arn = prepared.source_arn;
    if (each.destination) task.destination_arn = queue_arn(*each.destination);
    if (each.rate > 0) task.max_number_of_messages_per_second = static_cast<int>(each.rate);
    task.approximate_number_of_messages_moved = static_cast<std::int64_t>(each.moved);
    task.approximate_number_of_messages_to_move = static_cast<std::int64_t>(each.to_move);
    task.failure_reason = failure_reason_of(each);
    task.started_timestamp = unix_ms(each.started);
  }
  return output;
}

}  // namespace mailrail::sqs
