// AWS's limits for SQS, each with the sentence that promises it. What clients were told to rely on,
// mailrail keeps.

#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace mailrail::sqs::limits {

// "A queue name can have up to 80 characters. [...] The .fifo suffix counts towards the
// 80-character queue name quota." (Developer Guide, Amazon SQS standard queue and FIFO queue
// quotas)
inline constexpr std::size_t queue_name_size_max = 80;

// "A batched message ID can have up to 80 characters." (Developer Guide, message quotas)
inline constexpr std::size_t batch_entry_id_size_max = 80;

// "The maximum number of messages in a single batch request is 10." (Developer Guide, message
// quotas)
inline constexpr std::size_t batch_entries_max = 10;

// "The maximum total payload size of a batch is 1,048,576 bytes (1 MiB)", whatever the queue's own
// maximum. (API reference, SendMessageBatch)
inline constexpr std::size_t batch_bytes_max = 1'048'576;

// "The maximum length of MessageGroupId is 128 characters"; so for MessageDeduplicationId and
// ReceiveRequestAttemptId. (API reference, SendMessage and ReceiveMessage)
inline constexpr std::size_t token_size_max = 128;

// "A message can contain up to 10 metadata attributes." (Developer Guide, message quotas)
inline constexpr std::size_t message_attributes_max = 10;

// "The message attribute name [...] can be up to 256 characters long." (Developer Guide, message
// metadata)
inline constexpr std::size_t message_attribute_name_size_max = 256;

// "Custom data types [...] can be up to 256 characters long." (Developer Guide, message metadata)
inline constexpr std::size_t message_attribute_type_size_max = 256;

// Number "can have up to 38 digits of precision, and it can be between 10^-128 and 10^+126".
// (Developer Guide, message metadata)
inline constexpr int number_digits_max = 38;
inline constexpr int number_exponent_min = -128;
inline constexpr int number_exponent_max = 126;

// "DelaySeconds: [...] Valid values: An integer from 0 to 900 (15 minutes). Default: 0." (API
// reference, CreateQueue)
inline constexpr int delay_seconds_max = 900;

// "MaximumMessageSize: [...] An integer from 1,024 bytes (1 KiB) up to 1,048,576 bytes (1 MiB).
// Default: 1,048,576 bytes (1 MiB)." (API reference, CreateQueue)
inline constexpr int message_bytes_min = 1024;
inline constexpr int message_bytes_max = 1'048'576;

// "MessageRetentionPeriod: [...] An integer from 60 seconds (1 minute) to 1,209,600 seconds (14
// days). Default: 345,600 (4 days)." (API reference, CreateQueue)
inline constexpr int retention_seconds_min = 60;
inline constexpr int retention_seconds_max = 1'209'600;

// "ReceiveMessageWaitTimeSeconds: [...] An integer from 0 to 20 (seconds). Default: 0." (API
// reference, CreateQueue)
inline constexpr int wait_seconds_max = 20;

// "VisibilityTimeout: [...] An integer from 0 to 43,200 (12 hours). Default: 30." (API reference,
// CreateQueue)
inline constexpr int visibility_seconds_max = 43'200;

// "MaxNumberOfMessages: [...] Valid values: 1 to 10. Default: 1." (API reference, ReceiveMessage)
inline constexpr int received_messages_max = 10;

// "MaxResults: [...] Value range is 1 to 1000." (API reference, ListQueues)
inline constexpr int list_queues_page_max = 1000;

// "KmsDataKeyReusePeriodSeconds: [...] An integer representing seconds, between 60 seconds (1
// minute) and 86,400 seconds (24 hours). Default: 300 (5 minutes)." (API reference, CreateQueue)
inline constexpr int kms_reuse_seconds_min = 60;
inline constexpr int kms_reuse_seconds_max = 86'400;
inline constexpr int kms_reuse_seconds_default = 300;

// "The maximum size of a policy is 8,192 bytes." (Developer Guide, policy quotas)
inline constexpr std::size_t policy_bytes_max = 8192;

// "A policy [can have] 20 statements", "50 principals", "10 conditions"; "an Amazon SQS policy can
// have a maximum of seven actions per statement". Principals and conditions are counted in a
// statement, too, which lets through whatever AWS may. (Developer Guide, policy quotas; API
// reference, AddPermission)
inline constexpr std::size_t policy_statements_max = 20;
inline constexpr std::size_t policy_principals_max = 50;
inline constexpr std::size_t policy_conditions_max = 10;
inline constexpr std::size_t policy_actions_max = 7;

// "Label: [...] Maximum 80 characters. Allowed characters include alphanumeric characters, hyphens
// (-), and underscores (_)." (API reference, AddPermission)
inline constexpr std::size_t label_size_max = 80;

// "KeyId: [...] Maximum length of 2048." (KMS API reference, DescribeKey)
inline constexpr std::size_t kms_key_id_bytes_max = 2048;

// Ours: AWS states no maximum, and a trace header has about a hundred bytes.
inline constexpr std::size_t trace_header_bytes_max = 1024;

// maxReceiveCount: "valid values are from 1 to 1000 both inclusive" (the service's own error).
inline constexpr int receive_count_min = 1;
inline constexpr int receive_count_max = 1000;

// "sourceQueueArns: [...] You can specify up to 10 source queue ARNs." (API reference, CreateQueue,
// RedriveAllowPolicy)
inline constexpr std::size_t redrive_sources_max = 10;

// "We don't recommend adding more than 50 tags to a queue": a recommendation there, a maximum here,
// as everything has one. A key has 1 to 128 characters, a value up to 256. (Developer Guide, cost
// allocation tags)
inline constexpr std::size_t tags_max = 50;
inline constexpr std::size_t tag_key_size_max = 128;
inline constexpr std::size_t tag_value_size_max = 256;

// "MaxNumberOfMessagesPerSecond: [...] The maximum value for messages per second is 500." (API
// reference, StartMessageMoveTask)
inline constexpr int move_task_rate_max = 500;

// "MaxResults: [...] The default is 1, which provides the most recent message movement task. The
// upper limit is 10." (API reference, ListMessageMoveTasks)
inline constexpr int move_tasks_listed_max = 10;
inline constexpr int move_tasks_listed_default = 1;

// Ours: what is listed of a queue in the shape of a receive, its bodies, and in how many turns it
// is looked for.
inline constexpr std::size_t listed_messages_max = 1000;
inline constexpr std::size_t listed_bytes_max = std::size_t{4} << 20;
inline constexpr std::size_t listed_turns_max = 256;

}  // namespace mailrail::sqs::limits
