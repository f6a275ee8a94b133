// A topic's policy: who else may do what with it, as its Policy attribute says.
//
// Each topic has one: AWS's default, until another is set. Here is what SNS checks and changes in
// one: that its statements are about actions on topics, and the statements that AddPermission and
// RemovePermission write. What a policy means is auth/policy.h's.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/queue_attributes.h"

namespace mailrail::sns {

// The owner's account may do what there is to do with the topic.
std::string default_policy(const engine::QueueName& topic);

// An error's message is AWS's reason alone (errors.h).
Result<void> check_policy(std::string_view policy);

// One statement: it lets accounts do some actions with the topic, and has a label to find it by.
struct Permission {
  std::string label;
  std::vector<std::string> account_ids;
  std::vector<std::string> actions;
};

Result<void> check_permission(const Permission& permission);

// The policy with the permission behind what it has.
Result<std::string> with_permission(std::string_view policy,
                                    const engine::QueueName& topic,
                                    const Permission& permission);

// The policy without statements of that label; there may be none.
Result<std::string> without_permission(std::string_view policy, std::string_view label);

}  // namespace mailrail::sns
