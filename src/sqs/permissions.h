// AddPermission and RemovePermission: statements of a queue's policy, one at a time.
//
// What they write is the attribute Policy, as SetQueueAttributes would: it shows there, and it
// counts as a change of the queue.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/api_call.h"
#include "sqs/policy.h"
#include "sqs/queue_shapes.h"
#include "sqs/target_queue.h"

namespace mailrail::sqs {

struct AddPermission {
  static constexpr std::string_view name = "AddPermission";
  using Input = AddPermissionInput;
  using Output = Nothing;
  struct Prepared {
    TargetQueue queue;
    std::optional<Error> error;
    Permission permission;
  };
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

struct RemovePermission {
  static constexpr std::string_view name = "RemovePermission";
  using Input = RemovePermissionInput;
  using Output = Nothing;
  struct Prepared {
    TargetQueue queue;
    std::string label;
  };
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

}  // namespace mailrail::sqs
