// A queue's policy: who else may do what with it, as its Policy attribute says.
//
// Here is what SQS counts and changes in one: the limits of its parts, and the statements that
// AddPermission and RemovePermission write into it. A policy that was sent whole is kept as it was
// sent; one that a permission changes is written anew, its other statements with the same members
// in the same order. What a policy means is auth/policy.h's.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/queue_attributes.h"

namespace mailrail::sqs {

Result<void> check_policy(std::string_view policy);

// One statement: it lets accounts do some actions with the queue, and has a label to find it by.
struct Permission {
  std::string label;
  std::vector<std::string> account_ids;
  std::vector<std::string> actions;
};

Result<void> check_permission(const Permission& permission);

// The policy (empty: none) with the permission behind what it has.
Result<std::string> with_permission(std::string_view policy,
                                    const engine::QueueName& queue,
                                    const Permission& permission);

// The policy without the statement of that label. Empty if that was the last.
Result<std::string> without_permission(std::string_view policy, std::string_view label);

}  // namespace mailrail::sqs
