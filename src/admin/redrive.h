// RedriveMessages: some messages of a dead-letter queue, chosen by their ids, go back to where they
// came from or to another queue.
//
// It is one call, without a task: those that can be moved are moved together, and what it answers
// is durable. What cannot be moved now stays where it is, and the answer says why.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admin/redrive_shapes.h"
#include "api/api_call.h"
#include "sqs/target_queue.h"

namespace mailrail::admin {

struct RedriveMessages {
  static constexpr std::string_view name = "RedriveMessages";
  using Input = RedriveMessagesInput;
  using Output = RedriveMessagesOutput;
  struct Prepared {
    sqs::TargetQueue queue;
    Input input = {};
    std::optional<Error> error = {};
    std::optional<engine::QueueName> destination = {};
    std::vector<engine::Hash128> ids = {};     // As the input has them.
    std::vector<engine::Hash128> sought = {};  // Those not found yet, sorted.
    Seq after = {};
    std::vector<engine::FoundMessage> found = {};
  };
  struct Fate {
    engine::RedriveResult result = {};
    std::optional<engine::QueueName> to = {};
  };
  using Decided = std::vector<Fate>;  // In the order of the input.

  static Result<void> authorize(const api::AccessRequest& request, const Prepared& prepared);
  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& fates,
                               const Prepared& prepared,
                               const api::Context&,
                               const api::Bodies&);
};

}  // namespace mailrail::admin
