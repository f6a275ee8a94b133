// The ARN of a queue: arn:aws:sqs:{region}:{account}:{name}.
// How SQS names a queue to other services, and in policies.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/queue_attributes.h"

namespace mailrail::sqs {

// What an ARN begins with follows from the region: aws, aws-cn or aws-us-gov.
std::string_view arn_partition(std::string_view region);

std::string queue_arn(const engine::QueueName& name);

// Nothing if it isn't the ARN of an SQS queue. Whether the queue exists is another question.
std::optional<engine::QueueName> parse_queue_arn(std::string_view arn);

inline bool is_fifo_name(std::string_view queue_name) { return queue_name.ends_with(".fifo"); }

}  // namespace mailrail::sqs
