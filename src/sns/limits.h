// AWS's limits for SNS, each with the sentence that promises it. What clients were told to rely on,
// mailrail keeps.

#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "engine/limits.h"

namespace mailrail::sns::limits {

// "Topic names must be made up of only uppercase and lowercase ASCII letters, numbers, underscores,
// and hyphens, and must be between 1 and 256 characters long. For a FIFO (first-in-first-out)
// topic, the name must end with the .fifo suffix." (API reference, CreateTopic)
inline constexpr std::size_t topic_name_size_max = 256;

// "Users can create at most 100,000 standard topics (at most 1,000 FIFO topics)." (API reference,
// CreateTopic)
inline constexpr std::size_t standard_topics_max = 100'000;
inline constexpr std::size_t fifo_topics_max = 1'000;

// "Subscriptions: 12,500,000 per standard topic, 100 per FIFO topic." (General Reference, SNS
// quotas) Here one publish delivers to all of a topic's at once, so a topic has no more than that.
inline constexpr std::size_t standard_subscriptions_max = engine::deliveries_per_publication_max;
inline constexpr std::size_t fifo_subscriptions_max = 100;

// "Filter policies: 200 per topic, 10,000 per AWS account", both adjustable; here the second counts
// for a topic. (General Reference, SNS quotas)
inline constexpr std::size_t filter_policies_max = 10'000;

// "Each call returns a limited list of topics, up to 100." The same for subscriptions. (API
// reference, ListTopics)
inline constexpr std::size_t page_size = 100;

// "DisplayName: [...] Maximum length of 100 characters." (Developer Guide, creating a topic)
inline constexpr std::size_t display_name_size_max = 100;

// "Tag keys: 1 to 128 characters; values: 0 to 256; Adding more than 50 tags to a topic isn't
// recommended." (API reference, Tag and TagResource; its error TagLimitExceeded: "Can't add more
// than 50 tags to a topic.")
inline constexpr std::size_t tags_max = 50;
inline constexpr std::size_t tag_key_size_max = 128;
inline constexpr std::size_t tag_value_size_max = 256;

// "Resource policies: 30 KB." (General Reference, SNS quotas)
inline constexpr std::size_t policy_bytes_max = 30'720;

// "DataProtectionPolicy: [...] Length Constraints: Maximum length of 30,720." (API reference,
// CreateTopic)
inline constexpr std::size_t data_protection_policy_bytes_max = 30'720;

// "Maximum message size: 1,024 to 1,048,576 bytes; the default is 262,144." (Developer Guide,
// message sizes)
inline constexpr int message_bytes_min = 1'024;
inline constexpr int message_bytes_max = 1'048'576;

// "Subjects must be UTF-8 text with no line breaks or control characters, and less than 100
// characters long." (API reference, Publish) The Developer Guide says up to 100, and that many are
// taken.
inline constexpr std::size_t subject_size_max = 100;

// "The message attribute name can be up to 256 characters." (Developer Guide, message attributes)
inline constexpr std::size_t message_attribute_name_bytes_max = 256;

// "If you use raw message delivery to Amazon SQS, the message has at most 10 attributes; one with
// more is discarded as a client-side error." (Developer Guide, raw message delivery)
inline constexpr std::size_t raw_attributes_max = 10;

// "Length of MessageGroupId and MessageDeduplicationId: 128 characters." (API reference, Publish)
inline constexpr std::size_t token_size_max = 128;

// "You can publish up to 10 messages per PublishBatch request", and "the total aggregate size of
// all messages in a batch" is that of one message. (Developer Guide, message batching)
inline constexpr std::size_t batch_entries_max = 10;
inline constexpr std::size_t batch_bytes_max = 262'144;

// "Messages larger than 256 KB are delivered to Amazon SQS, AWS Lambda and Amazon Data Firehose
// alone." (Developer Guide, message sizes) For an HTTP endpoint such a message is a dead letter.
inline constexpr std::size_t pushed_bytes_max = 262'144;

// "This identifier can have up to 80 characters." (API reference, PublishBatchRequestEntry)
inline constexpr std::size_t batch_entry_id_size_max = 80;

// Ours, as for messages that are sent to queues: a longer one is not passed on.
inline constexpr std::size_t trace_header_bytes_max = 1'024;

// Ours: how deep a JSON message for several protocols may be nested.
inline constexpr std::size_t structured_message_depth_max = 512;

// "The <ENDPOINT>SuccessFeedbackSampleRate attribute is for specifying the sample rate percentage
// (0-100)." (API reference, CreateTopic)
inline constexpr int sample_rate_max = 100;

// "MessageRetentionPeriod: the number of days, from 1 to 365." (Developer Guide, message archiving)
inline constexpr int archive_days_min = 1;
inline constexpr int archive_days_max = 365;

// Delivery policies: "minDelayTarget: 1 to maximum delay; maxDelayTarget: minimum delay to 3,600;
// numRetries: 0 to 100; maxReceivesPerSecond: 1 or greater." (Developer Guide, message delivery
// retries)
inline constexpr int delay_target_min = 1;
inline constexpr int delay_target_max = 3'600;
inline constexpr int retries_max = 100;
inline constexpr int receives_per_second_min = 1;

// "The total policy retry time for an HTTP/S endpoint cannot be greater than 3,600 seconds. This is
// a hard limit and cannot be increased." (Developer Guide, message delivery retries)
inline constexpr Duration retry_time_max = 3'600s;

// "Amazon SNS applies jittering to delivery retries." (ibidem) How much is ours: so much longer, at
// most, is a delay.
inline constexpr double retry_jitter_max = 0.1;

// Ours: AWS states no maximum for what an attribute with a key, a role or a content type holds.
inline constexpr std::size_t kept_text_bytes_max = 2'048;

// "Endpoint" has no stated maximum; a URL of this length is more than browsers take.
inline constexpr std::size_t endpoint_bytes_max = 2'048;

}  // namespace mailrail::sns::limits
