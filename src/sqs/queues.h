// Actions on queues themselves: making, finding, configuring, emptying and deleting them.
// All of them are decided in one turn, whatever the queue holds.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/api_call.h"
#include "sqs/queue_pages.h"
#include "sqs/queue_shapes.h"
#include "sqs/target_queue.h"

namespace mailrail::sqs {

struct CreateQueue {
  static constexpr std::string_view name = "CreateQueue";
  static constexpr bool is_refused_on_queue_paths = true;
  using Input = CreateQueueInput;
  using Output = CreateQueueOutput;
  struct Prepared {
    engine::QueueName queue;
    std::map<std::string, std::string> given;
    std::map<std::string, std::string> tags;
    Result<engine::QueueAttributes> attributes;
  };
  using Decided = Nothing;

  static Result<void> authorize(const api::AccessRequest& request, const Prepared& prepared);
  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided&,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
};

struct DeleteQueue {
  static constexpr std::string_view name = "DeleteQueue";
  using Input = DeleteQueueInput;
  using Output = Nothing;
  using Prepared = TargetQueue;
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context) {
    return TargetQueue(input.queue_url, context);
  }
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& queue);
};

struct PurgeQueue {
  static constexpr std::string_view name = "PurgeQueue";
  using Input = PurgeQueueInput;
  using Output = Nothing;
  using Prepared = TargetQueue;
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context) {
    return TargetQueue(input.queue_url, context);
  }
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& queue);
};

struct GetQueueUrl {
  static constexpr std::string_view name = "GetQueueUrl";
  static constexpr bool is_refused_on_queue_paths = false;
  using Input = GetQueueUrlInput;
  using Output = GetQueueUrlOutput;
  using Prepared = TargetQueue;
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& queue);
  static Result<Output> finish(const Decided&,
                               const Prepared& queue,
                               const api::Context& context,
                               const api::Bodies&);
};

struct ListQueues {
  static constexpr std::string_view name = "ListQueues";
  static constexpr bool is_about_account = true;
  static constexpr bool is_refused_on_queue_paths = true;
  using Input = ListQueuesInput;
  using Output = ListQueuesOutput;
  struct Prepared {
    engine::QueueName first;  // In the caller's region and account.
    std::string prefix;
    Result<PageRequest> page;
    auth::Caller caller;
  };
  using Decided = Page;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& page,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
};

struct GetQueueAttributes {
  static constexpr std::string_view name = "GetQueueAttributes";
  using Input = GetQueueAttributesInput;
  using Output = GetQueueAttributesOutput;
  struct Prepared {
    TargetQueue queue;
    std::optional<Error> error;
    std::vector<std::string> names;
  };
  struct Decided {
    engine::Queue queue;
    engine::QueueCounts counts;
  };

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& decided,
                               const Prepared& prepared,
                               const api::Context&,
                               const api::Bodies&);
};

struct SetQueueAttributes {
  static constexpr std::string_view name = "SetQueueAttributes";
  using Input = SetQueueAttributesInput;
  using Output = Nothing;
  struct Prepared {
    TargetQueue queue;
    std::map<std::string, std::string> given;
  };
  using Decided = Nothing;

  static Result<void> authorize(const api::AccessRequest& request, const Prepared& prepared);
  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

}  // namespace mailrail::sqs
