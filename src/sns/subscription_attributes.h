// A subscription's attributes: AWS's names and ranges on one side, the engine's
// SubscriptionAttributes on the other.
//
// A filter policy is checked under the scope that it has once all is set; a scope that the policy
// does not fit is refused as well. What shows only is made from the subscription and its topic.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/identity.h"
#include "engine/topic.h"
#include "sns/topic_attributes.h"

namespace mailrail::sns {

namespace attribute {
inline constexpr std::string_view confirmation_was_authenticated = "ConfirmationWasAuthenticated";
inline constexpr std::string_view endpoint = "Endpoint";
inline constexpr std::string_view filter_policy = "FilterPolicy";
inline constexpr std::string_view filter_policy_scope = "FilterPolicyScope";
inline constexpr std::string_view pending_confirmation = "PendingConfirmation";
inline constexpr std::string_view protocol = "Protocol";
inline constexpr std::string_view raw_message_delivery = "RawMessageDelivery";
inline constexpr std::string_view redrive_policy = "RedrivePolicy";
inline constexpr std::string_view replay_policy = "ReplayPolicy";
inline constexpr std::string_view subscription_arn = "SubscriptionArn";
inline constexpr std::string_view subscription_principal = "SubscriptionPrincipal";
inline constexpr std::string_view subscription_role_arn = "SubscriptionRoleArn";
}  // namespace attribute

// What is subscribed to what: rules of FIFO topics look at both. An HTTP endpoint is to a FIFO
// topic what a FIFO queue is: it gets each conversation in order.
struct Subject {
  const engine::Topic& topic;
  const std::optional<engine::QueueName>& queue;  // None unless the endpoint is a queue.
};

Result<engine::SubscriptionAttributes> attributes_for_subscribe(const Subject& subject,
                                                                const AttributeMap& given);
// The queue that a redrive policy names; nothing if it names none.
std::optional<engine::QueueName> dead_letter_target_in(std::string_view redrive_policy);
// One attribute set anew; empty where that takes it away.
Result<engine::SubscriptionAttributes> subscription_attributes_after_set(
    const Subject& subject,
    const engine::SubscriptionAttributes& current,
    std::string_view name,
    std::string_view value);

// Whether a Subscribe that gives these, of which attributes were made, means those that are there.
bool has_the_same(const engine::SubscriptionAttributes& there,
                  const AttributeMap& given,
                  const engine::SubscriptionAttributes& made);

// With one more subscription that has these attributes, a topic has not too many filter policies.
Result<void> check_filter_count(const engine::Topic& topic,
                                const engine::SubscriptionAttributes& attributes);

AttributeMap render_attributes(const engine::Subscription& subscription,
                               const engine::Topic& topic,
                               const engine::Identity& identity);

// `sqs`, `http`, `https`.
std::string_view name_of(engine::Protocol protocol);

}  // namespace mailrail::sns
