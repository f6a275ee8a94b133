// The ARN of a queue: arn:aws:sqs:{region}:{account}:{name}.
// How SQS names a queue to other services, and in policies.

#pragma once

#include <string_view>

#include "api/arn.h"

namespace mailrail::sqs {

using api::arn_partition;
using api::parse_queue_arn;
using api::queue_arn;

inline bool is_fifo_name(std::string_view queue_name) { return queue_name.ends_with(".fifo"); }

}  // namespace mailrail::sqs
