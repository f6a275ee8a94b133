// The ARNs of SNS: a topic's, `arn:aws:sns:{region}:{account}:{name}`, and a subscription's, which
// has an id behind that of its topic.
//
// What is no ARN is refused in AWS's words. Whether the topic or the subscription exists is another
// question.

#pragma once

#include <string>
#include <string_view>

#include "api/arn.h"
#include "base/result.h"

namespace mailrail::sns {

inline std::string topic_arn(const engine::QueueName& topic) { return api::arn_of("sns", topic); }

inline std::string subscription_arn(const engine::QueueName& topic, std::string_view id) {
  return topic_arn(topic) + ":" + std::string(id);
}

// `parameter` is where the ARN was given: TopicArn, ResourceArn.
Result<engine::QueueName> parse_topic_arn(std::string_view parameter, std::string_view arn);

// The same, and a topic of that region: each region has topics of its own.
Result<engine::QueueName> parse_topic_arn(std::string_view parameter,
                                          std::string_view arn,
                                          std::string_view region);

struct SubscriptionName {
  engine::QueueName topic;
  std::string id;
};

Result<SubscriptionName> parse_subscription_arn(std::string_view arn);

}  // namespace mailrail::sns
