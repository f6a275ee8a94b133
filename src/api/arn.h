// ARNs: how services name what they have to each other, in policies and as endpoints.
//
// `arn:aws:sqs:us-east-1:000000000000:orders`: partition, service, region, account, and what is
// the service's own. Reading one says nothing about whether such a thing exists.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/queue_attributes.h"

namespace mailrail::api {

// What an ARN begins with follows from the region: aws, aws-cn or aws-us-gov.
std::string_view arn_partition(std::string_view region);

// A resource of any service that has a region, an account and a name.
std::string arn_of(std::string_view service, const engine::QueueName& name);
// Nothing if it is not an ARN of that service with six parts.
std::optional<engine::QueueName> parse_arn(std::string_view service, std::string_view arn);

inline std::string queue_arn(const engine::QueueName& name) { return arn_of("sqs", name); }
inline std::optional<engine::QueueName> parse_queue_arn(std::string_view arn) {
  return parse_arn("sqs", arn);
}

}  // namespace mailrail::api
