// Tags: names with values that a queue's owner gives it, for bills and inventories.
//
// They are no attributes of the queue: no rule of AWS's reads them (one of ours does: on_poison.h),
// and changing them leaves its LastModifiedTimestamp as it was. What changes nothing is not written
// to the log.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/api_call.h"
#include "sqs/queue_shapes.h"
#include "sqs/target_queue.h"

namespace mailrail::sqs {

// Adds tags; one of a key that the queue has takes its place.
struct TagQueue {
  static constexpr std::string_view name = "TagQueue";
  using Input = TagQueueInput;
  using Output = Nothing;
  struct Prepared {
    TargetQueue queue;
    std::optional<Error> error;
    std::map<std::string, std::string> tags;
  };
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

// Keys that the queue has not are passed over.
struct UntagQueue {
  static constexpr std::string_view name = "UntagQueue";
  using Input = UntagQueueInput;
  using Output = Nothing;
  struct Prepared {
    TargetQueue queue;
    std::optional<Error> error;
    std::vector<std::string> keys;
  };
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

struct ListQueueTags {
  static constexpr std::string_view name = "ListQueueTags";
  using Input = ListQueueTagsInput;
  using Output = ListQueueTagsOutput;
  using Prepared = TargetQueue;
  struct Decided {
    std::map<std::string, std::string> tags;
  };

  static Prepared prepare(Input input, const api::Context& context) {
    return TargetQueue(input.queue_url, context);
  }
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& queue);
  static Result<Output> finish(const Decided& decided,
                               const Prepared&,
                               const api::Context&,
                               const api::Bodies&);
};

}  // namespace mailrail::sqs
