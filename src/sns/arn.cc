#include "sns/arn.h"

#include <algorithm>

#include "sns/errors.h"

namespace mailrail::sns {
namespace {

constexpr std::ptrdiff_t arn_parts = 6;

Result<void> check_parts(std::string_view parameter, std::string_view arn) {
  const std::ptrdiff_t parts = std::ranges::count(arn, ':') + 1;
  if (parts >= arn_parts) return {};
  return errors::invalid_parameter(
      {.parameter = parameter,
       .reason = fmt::format("An ARN must have at least {} elements, not {}", arn_parts, parts)});
}

}  // namespace

Result<engine::QueueName> parse_topic_arn(std::string_view parameter, std::string_view arn) {
  TRY(check_parts(parameter, arn));
  const auto topic = api::parse_arn("sns", arn);
  if (!topic) return errors::invalid_parameter(parameter);
  return *topic;
}

Result<engine::QueueName> parse_topic_arn(std::string_view parameter,
                                          std::string_view arn,
                                          std::string_view region) {
  engine::QueueName topic = TRY(parse_topic_arn(parameter, arn));
  if (topic.region != region) return errors::invalid_parameter(parameter);
  return topic;
}

Result<SubscriptionName> parse_subscription_arn(std::string_view arn) {
  TRY(check_parts("SubscriptionArn", arn));
  if (std::ranges::count(arn, ':') + 1 == arn_parts)
    return errors::invalid_parameter("SubscriptionId");
  const std::size_t colon = arn.rfind(':');
  const auto topic = api::parse_arn("sns", arn.substr(0, colon));
  if (!topic) return errors::invalid_parameter("SubscriptionArn");
  return SubscriptionName{.topic = *topic, .id = std::string(arn.substr(colon + 1))};
}

}  // namespace mailrail::sns
