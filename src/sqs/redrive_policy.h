// The two JSON attributes that tie a queue to its dead-letter queue: RedrivePolicy on the source,
// RedriveAllowPolicy on the target. Both are kept and returned exactly as they were sent; here is
// what they mean.

#pragma once

#include <string_view>

#include "base/result.h"
#include "engine/queue_attributes.h"
#include "sqs/validation.h"

namespace mailrail::sqs {

// `type` is the source queue's: its dead letters go to a queue of the same type. That the target
// exists, in the same region and account, and allows it, is for the caller to look up.
Result<engine::DeadLetter> parse_redrive_policy(std::string_view policy, QueueType type);

Result<void> check_redrive_allow_policy(std::string_view policy);

// Whether a queue with this valid RedriveAllowPolicy (empty: none) takes the dead letters of
// `source_arn`.
bool allows_redrive(std::string_view policy, std::string_view source_arn);

}  // namespace mailrail::sqs
