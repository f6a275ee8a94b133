// A topic's attributes: AWS's names and ranges on one side, the engine's TopicAttributes on the
// other.
//
// What an attribute says is checked and brought into one form (`True` becomes `true`); most are
// then kept and shown as they are, by name. Those that only show are made from the topic.

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/topic.h"
#include "sns/publication.h"

namespace mailrail::sns {

using AttributeMap = std::map<std::string, std::string>;

namespace attribute {
inline constexpr std::string_view archive_policy = "ArchivePolicy";
inline constexpr std::string_view content_based_deduplication = "ContentBasedDeduplication";
inline constexpr std::string_view data_protection_policy = "DataProtectionPolicy";
inline constexpr std::string_view delivery_policy = "DeliveryPolicy";
inline constexpr std::string_view display_name = "DisplayName";
inline constexpr std::string_view effective_delivery_policy = "EffectiveDeliveryPolicy";
inline constexpr std::string_view fifo_throughput_scope = "FifoThroughputScope";
inline constexpr std::string_view fifo_topic = "FifoTopic";
inline constexpr std::string_view kms_master_key_id = "KmsMasterKeyId";
inline constexpr std::string_view maximum_message_size = "MaximumMessageSize";
inline constexpr std::string_view owner = "Owner";
inline constexpr std::string_view policy = "Policy";
inline constexpr std::string_view signature_version = "SignatureVersion";
inline constexpr std::string_view subscriptions_confirmed = "SubscriptionsConfirmed";
inline constexpr std::string_view subscriptions_deleted = "SubscriptionsDeleted";
inline constexpr std::string_view subscriptions_pending = "SubscriptionsPending";
inline constexpr std::string_view topic_arn = "TopicArn";
inline constexpr std::string_view tracing_config = "TracingConfig";
}  // namespace attribute

// What is kept by that name; empty if nothing is.
std::string_view kept_attribute(const std::map<std::string, std::string>& kept,
                                std::string_view name);

// A name that no topic can have, or one that does not go with the type, is refused.
Result<engine::TopicAttributes> attributes_for_create(std::string_view topic_name,
                                                      const AttributeMap& given);
// One attribute set anew; empty where that takes it away.
Result<engine::TopicAttributes> attributes_after_set(const engine::TopicAttributes& current,
                                                     std::string_view name,
                                                     std::string_view value);

// The data protection policy is kept like an attribute, but no attribute shows it.
Result<engine::TopicAttributes> with_data_protection_policy(engine::TopicAttributes attributes,
                                                            std::string_view policy);

AttributeMap render_attributes(const engine::Topic& topic);

// Whether a CreateTopic that gives these, of which attributes were made, means the topic as it is.
bool has_the_same(const engine::Topic& topic,
                  const AttributeMap& given,
                  const engine::TopicAttributes& made);

// What notifications are signed with from now on.
SignatureVersion signature_version_of(const engine::TopicAttributes& attributes);

// Topics keep messages for replay by it; AWS deletes none that does.
bool has_archive(const engine::TopicAttributes& attributes);

}  // namespace mailrail::sns
