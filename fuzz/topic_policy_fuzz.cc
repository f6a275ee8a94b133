// Arbitrary text as what a topic or a subscription is given: its ARN, its policy, its delivery
// policy, its replay policy. It is refused, or what is kept of it is taken again as it is and comes
// into force.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "sns/arn.h"
#include "sns/delivery_policy.h"
#include "sns/endpoint.h"
#include "sns/json_text.h"
#include "sns/limits.h"
#include "sns/policy.h"
#include "sns/replay_policy.h"
#include "sns/retry_schedule.h"

namespace mailrail::sns {
namespace {

const engine::QueueName topic{.region = "us-east-1", .account = "000000000000", .name = "news"};

void fuzz_arns(std::string_view text) {
  if (const auto name = parse_topic_arn("TopicArn", text)) CHECK(topic_arn(*name) == text);
  if (const auto name = parse_subscription_arn(text))
    CHECK(subscription_arn(name->topic, name->id) == text);
  for (const std::string_view protocol : {"sqs", "http", "https"}) {
    if (const auto endpoint = parse_endpoint(protocol, std::string(text)))
      CHECK(endpoint->text == text && endpoint->queue.has_value() == (protocol == "sqs"));
  }
}

// Whatever the policy, it comes to an end within the hour.
void fuzz_retries(const RetrySchedule& schedule) {
  Duration whole{0};
  std::uint32_t failed = 1;
  while (const auto delay = schedule.delay_after(failed, 1)) {
    whole += *delay;
    failed += 1;
  }
  CHECK(whole <= limits::retry_time_max && failed <= limits::retries_max + 1);
}

void fuzz_delivery_policies(std::string_view text) {
  if (const auto kept = topic_delivery_policy(text)) {
    CHECK(topic_delivery_policy(*kept) == *kept);
    const std::string effective = effective_topic_delivery_policy(*kept);
    CHECK(effective_topic_delivery_policy(effective) == effective);
    CHECK(is_json_object(effective_subscription_delivery_policy("", *kept)));
    fuzz_retries(delivery_terms("", *kept).retries);
  }
  if (const auto kept = subscription_delivery_policy(text)) {
    CHECK(subscription_delivery_policy(*kept) == *kept);
    CHECK(subscription_delivery_policy(effective_subscription_delivery_policy(*kept, "")));
    fuzz_retries(delivery_terms(*kept, "").retries);
  }
}

void fuzz_replay_policy(std::string_view text) {
  if (const auto kept = read_replay_policy(text)) CHECK(read_replay_policy(*kept) == *kept);
}

void fuzz_policy(std::string_view text) {
  if (!check_policy(text)) return;
  const Permission permission{
      .label = "a label of ours", .account_ids = {"111122223333"}, .actions = {"Publish"}};
  const auto without = without_permission(text, permission.label);
  CHECK(without.has_value());
  const auto changed = with_permission(*without, topic, permission);
  if (!changed) return;  // It would be too long.
  CHECK(check_policy(*changed).has_value());
  CHECK(!with_permission(*changed, topic, permission));
  CHECK(check_policy(without_permission(*changed, permission.label).value()).has_value());
}

}  // namespace
}  // namespace mailrail::sns

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  mailrail::sns::fuzz_arns(text);
  mailrail::sns::fuzz_delivery_policies(text);
  mailrail::sns::fuzz_policy(text);
  mailrail::sns::fuzz_replay_policy(text);
  return 0;
}
