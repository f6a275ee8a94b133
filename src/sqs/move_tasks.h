// Actions on message move tasks: starting, cancelling and listing the redrive of a dead-letter
// queue.
//
// A task is the engine's (engine/move_task.h); here are AWS's names for it. Its handle says which
// queue it moves messages out of, and which of that queue's tasks it is.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/api_call.h"
#include "sqs/move_task_shapes.h"

namespace mailrail::sqs {

struct TaskHandle {
  std::string task_id;
  std::string source_arn;

  friend bool operator==(const TaskHandle&, const TaskHandle&) = default;
};

std::string write_task_handle(const TaskHandle& handle);
// Nothing if it isn't one. Whether there is such a task is another question.
std::optional<TaskHandle> read_task_handle(std::string_view text);

// Of any account; nothing if that is no queue's ARN.
std::optional<api::Subject> queue_subject(std::string_view arn);

// What actions that move messages have in common. A queue of another region or account is none that
// the caller can see.
std::optional<engine::QueueName> own_queue(std::string_view arn, const api::Context& context);
// Who moves messages takes them out of the source, and sends them where they go.
Result<void> authorize_move(const api::AccessRequest& request,
                            const api::Subject& source,
                            const std::optional<std::string>& destination_arn);
std::unexpected<Error> refusal_of_move(engine::MoveTaskVerdict verdict,
                                       std::string_view destination_arn);

struct StartMessageMoveTask {
  static constexpr std::string_view name = "StartMessageMoveTask";
  static constexpr bool is_refused_on_queue_paths = true;
  using Input = StartMessageMoveTaskInput;
  using Output = StartMessageMoveTaskOutput;
  struct Prepared {
    Input input;
    std::optional<Error> error;
    std::optional<engine::QueueName> source;
    std::optional<engine::QueueName> destination;
    engine::MovePace pace = engine::MovePace::steady;
  };
  struct Decided {
    QueueId source = {};
    Seq task = {};
  };

  static Result<void> authorize(const api::AccessRequest& request, const Prepared& prepared);
  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& decided,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
};

struct CancelMessageMoveTask {
  static constexpr std::string_view name = "CancelMessageMoveTask";
  static constexpr bool is_refused_on_queue_paths = true;
  using Input = CancelMessageMoveTaskInput;
  using Output = CancelMessageMoveTaskOutput;
  struct Prepared {
    std::optional<TaskHandle> handle;
    std::optional<engine::QueueName> source;
  };
  struct Decided {
    std::uint64_t moved = 0;
  };

  static std::optional<api::Subject> subject(const Prepared& prepared) {
    return queue_subject(prepared.handle ? prepared.handle->source_arn : "");
  }
  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& decided,
                               const Prepared&,
                               const api::Context&,
                               const api::Bodies&);
};

struct ListMessageMoveTasks {
  static constexpr std::string_view name = "ListMessageMoveTasks";
  static constexpr bool is_refused_on_queue_paths = true;
  using Input = ListMessageMoveTasksInput;
  using Output = ListMessageMoveTasksOutput;
  struct Prepared {
    std::string source_arn;
    std::optional<Error> error;
    std::optional<engine::QueueName> source;
    std::size_t count_max = 1;
  };
  struct Decided {
    QueueId source = {};
    std::vector<engine::MoveTask> tasks;  // The newest first.
  };

  static std::optional<api::Subject> subject(const Prepared& prepared) {
    return queue_subject(prepared.source_arn);
  }
  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& decided,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
};

}  // namespace mailrail::sqs
