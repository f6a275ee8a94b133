// AddPermission and RemovePermission: statements of a topic's policy, one at a time.
// What they write is the attribute Policy, as SetTopicAttributes would.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/api_call.h"
#include "sns/policy.h"
#include "sns/target_topic.h"
#include "sns/topic_shapes.h"

namespace mailrail::sns {

struct AddPermission {
  static constexpr std::string_view name = "AddPermission";
  using Input = AddPermissionInput;
  using Output = Nothing;
  struct Prepared {
    TargetTopic topic;
    Result<void> checked;
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
    TargetTopic topic;
    std::string label;
  };
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

}  // namespace mailrail::sns
