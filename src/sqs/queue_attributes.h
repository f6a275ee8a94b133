// A queue's attributes as AWS spells them: which there are, what they may hold, and how they look
// when they are asked for.
//
// Pure functions between AWS's map of strings and the engine's QueueAttributes. What depends on
// other queues or on the moment (a dead-letter queue that must exist, counters, timestamps, the
// ARN) is for the caller to add.

#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/queue_attributes.h"

namespace mailrail::sqs {

using AttributeMap = std::map<std::string, std::string>;

// AWS's names of what the caller adds, and of what a reader of `kept` may look for.
namespace attribute {
inline constexpr std::string_view all = "All";
inline constexpr std::string_view queue_arn = "QueueArn";
inline constexpr std::string_view created_timestamp = "CreatedTimestamp";
inline constexpr std::string_view last_modified_timestamp = "LastModifiedTimestamp";
inline constexpr std::string_view approximate_number_of_messages = "ApproximateNumberOfMessages";
inline constexpr std::string_view approximate_number_of_messages_not_visible =
    "ApproximateNumberOfMessagesNotVisible";
inline constexpr std::string_view approximate_number_of_messages_delayed =
    "ApproximateNumberOfMessagesDelayed";
// Ours: who asks for all gets what AWS has, and these only if they are named.
inline constexpr std::string_view parked_conversations = "MailrailParkedConversations";
inline constexpr std::string_view parked_messages = "MailrailParkedMessages";
inline constexpr std::string_view policy = "Policy";
inline constexpr std::string_view redrive_policy = "RedrivePolicy";
inline constexpr std::string_view redrive_allow_policy = "RedriveAllowPolicy";
inline constexpr std::string_view kms_master_key_id = "KmsMasterKeyId";
inline constexpr std::string_view kms_data_key_reuse_period_seconds =
    "KmsDataKeyReusePeriodSeconds";
inline constexpr std::string_view sqs_managed_sse_enabled = "SqsManagedSseEnabled";
}  // namespace attribute

// CreateQueue: the defaults, and what was given. Checks the name too, as name and FifoQueue belong
// together; check_throughput_limit() only matters if the queue is not there yet.
Result<engine::QueueAttributes> attributes_for_create(std::string_view queue_name,
                                                      const AttributeMap& given);

// SetQueueAttributes: all of it or nothing.
Result<engine::QueueAttributes> attributes_after_set(const engine::QueueAttributes& current,
                                                     const AttributeMap& given);

// FifoThroughputLimit goes with DeduplicationScope.
Result<void> check_throughput_limit(const engine::QueueAttributes& attributes);

// As `All` shows them, without what the caller adds.
AttributeMap render_attributes(const engine::QueueAttributes& attributes);

// Whether CreateQueue may answer with the queue that is there: the first given attribute whose
// value there (`current`) is another one. What wasn't given isn't compared, what doesn't show is
// compared too, and a redrive policy is compared by what it says, not by its spelling.
Result<std::optional<std::string>> first_difference(const engine::QueueAttributes& current,
                                                    const AttributeMap& given);

bool is_queue_attribute(std::string_view name);

// GetQueueAttributes: every name is an attribute, or `All`.
Result<void> check_queue_attribute_names(std::span<const std::string> names);

// Those of `rendered` that `names` asks for; `All` stands for all that AWS has, too. A known
// attribute that isn't set is left out.
AttributeMap select_attributes(const AttributeMap& rendered, std::span<const std::string> names);

}  // namespace mailrail::sqs
