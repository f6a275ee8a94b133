// Series: every family of metrics that mailrail exposes: its name, type and the sentence about it.
//
// Names keep to the rules of Prometheus (base units, counters end in _total), and labels to ours:
// of what users name only queues and topics are labels, with their region and account, never a
// conversation, a message or a consumer. docs/metrics.md lists the same.

#pragma once

#include <string_view>

#include <prometheus/metric_type.h>

namespace mailrail::metrics {

struct Series {
  std::string_view name;
  prometheus::MetricType type;
  std::string_view help;
};

namespace series {

using enum prometheus::MetricType;

// --- Of each queue.

inline constexpr Series queue_messages{
    "mailrail_queue_messages", Gauge,
    "Messages in the queue, by state: visible, in_flight or delayed."};
inline constexpr Series queue_parked_messages{
    "mailrail_queue_parked_messages", Gauge,
    "Messages of the queue that are in parked conversations, in any state."};
inline constexpr Series queue_oldest_age{"mailrail_queue_oldest_message_age_seconds", Gauge,
                                         "Age of the oldest message in the queue; 0 if empty."};
inline constexpr Series queue_oldest_undelivered_age{
    "mailrail_queue_oldest_undelivered_age_seconds", Gauge,
    "Age of the oldest message that was never received from the queue; 0 if there is none."};
inline constexpr Series queue_groups{
    "mailrail_queue_groups", Gauge,
    "Conversations (message groups) of the queue, by state: in_flight has messages in flight, "
    "blocked has others waiting behind one in flight or damaged, parked waits for an operator."};
inline constexpr Series queue_sent{"mailrail_queue_messages_sent_total", Counter,
                                   "Messages sent to the queue, by senders and topics."};
inline constexpr Series queue_received{"mailrail_queue_messages_received_total", Counter,
                                       "Messages received from the queue, each time counted."};
inline constexpr Series queue_deleted{"mailrail_queue_messages_deleted_total", Counter,
                                      "Messages deleted from the queue."};
inline constexpr Series queue_empty_receives{"mailrail_queue_empty_receives_total", Counter,
                                             "Receives from the queue that found nothing."};
inline constexpr Series queue_dead_lettered{
    "mailrail_queue_dead_lettered_total", Counter,
    "Messages that went from the queue to its dead-letter queue."};
inline constexpr Series queue_expired{"mailrail_queue_expired_total", Counter,
                                      "Messages removed because their retention period ended."};
inline constexpr Series queue_dropped{
    "mailrail_queue_dropped_total", Counter,
    "Oldest messages that went to make room: mailrail:on-full is drop-oldest."};
inline constexpr Series queue_redriven{"mailrail_queue_redriven_total", Counter,
                                       "Messages moved out of the queue by a redrive."};
inline constexpr Series queue_message_size{"mailrail_queue_message_size_bytes", Histogram,
                                           "Size of messages sent to the queue, with attributes."};

inline constexpr Series queue_quota{
    "mailrail_queue_quota_ratio", Gauge,
    "How full the queue is, 1 is full, by the nearer of its bounds mailrail:max-messages and "
    "mailrail:max-bytes; nothing of a queue without one."};

// --- Of each topic.

inline constexpr Series topic_published{"mailrail_topic_messages_published_total", Counter,
                                        "Messages published to the topic."};
inline constexpr Series topic_notifications{
    "mailrail_topic_notifications_total", Counter,
    "What became of them, once for each subscription: delivered, filtered_out or failed."};

// --- Of the server, whatever queues were deleted.

inline constexpr Series queues{"mailrail_queues", Gauge, "Queues that there are."};
inline constexpr Series topics{"mailrail_topics", Gauge, "Topics that there are."};
inline constexpr Series queues_omitted{
    "mailrail_metrics_queues_omitted", Gauge,
    "Queues without series of their own here, because there are too many."};
inline constexpr Series messages{"mailrail_messages", Gauge,
                                 "Messages in all queues, by state: visible, in_flight, delayed."};
inline constexpr Series groups{
    "mailrail_groups", Gauge,
    "Conversations (message groups) of all queues, by state: in_flight, blocked or parked."};
inline constexpr Series dead_letters{"mailrail_dead_letters", Gauge,
                                     "Messages in queues that are another's dead-letter queue."};
inline constexpr Series oldest_age{
    "mailrail_oldest_message_age_seconds", Gauge,
    "Age of the oldest message in all queues but dead-letter queues; 0 if there is none."};
inline constexpr Series sent{"mailrail_messages_sent_total", Counter,
                             "Messages sent to queues, by senders and topics."};
inline constexpr Series received{"mailrail_messages_received_total", Counter,
                                 "Messages received from queues, each time counted."};
inline constexpr Series deleted{"mailrail_messages_deleted_total", Counter, "Messages deleted."};
inline constexpr Series empty_receives{"mailrail_empty_receives_total", Counter,
                                       "Receives that found nothing."};
inline constexpr Series dead_lettered{"mailrail_dead_lettered_total", Counter,
                                      "Messages that went to a dead-letter queue."};
inline constexpr Series expired{"mailrail_expired_total", Counter,
                                "Messages removed because their retention period ended."};
inline constexpr Series dropped{"mailrail_dropped_total", Counter,
                                "Oldest messages that went to make room in a full queue."};
inline constexpr Series redriven{"mailrail_redriven_total", Counter,
                                 "Messages moved by a redrive."};
inline constexpr Series message_size{"mailrail_message_size_bytes", Histogram,
                                     "Size of messages sent to queues, with attributes."};
inline constexpr Series published{"mailrail_messages_published_total", Counter,
                                  "Messages published to topics."};
inline constexpr Series notifications{
    "mailrail_notifications_total", Counter,
    "What became of them, once for each subscription: delivered, filtered_out or failed."};

// --- Of the process.

inline constexpr Series request_duration{
    "mailrail_request_duration_seconds", Histogram,
    "Time from a request that is there whole to its answer, long polls included, by service, "
    "action and error code; OK is success."};
inline constexpr Series aws_equivalent_requests{
    "mailrail_aws_equivalent_requests_total", Counter,
    "Requests that AWS would have billed: one for each 64 KiB of payload, a batch like a message."};
inline constexpr Series admission_rejected{
    "mailrail_admission_rejected_total", Counter,
    "Calls refused for a limit, by it: disk, memory, calls, rate or queue."};
inline constexpr Series long_polls_open{"mailrail_long_polls_open", Gauge,
                                        "Receives that wait for messages."};
inline constexpr Series commit_duration{"mailrail_commit_duration_seconds", Histogram,
                                        "Time until what was handed to the log was durable."};
inline constexpr Series store_bytes{"mailrail_store_bytes", Gauge,
                                    "Size of the log's files, by kind: log, checkpoint or spare."};
inline constexpr Series store_limit_bytes{"mailrail_store_limit_bytes", Gauge,
                                          "What they may take: --disk-limit."};
inline constexpr Series disk_free_bytes{"mailrail_disk_free_bytes", Gauge,
                                        "Free space of the volume that the log is on."};
inline constexpr Series memory_bytes{
    "mailrail_memory_bytes", Gauge,
    "Memory by area: messages, conversations, deduplication and definitions count against the "
    "limit, in_use is what is compared with it; resident is the whole process."};
inline constexpr Series cpu_seconds{
    "mailrail_cpu_seconds_total", Counter,
    "Time of processors that the process has used, by what its threads are for: engine, http, log "
    "or other."};
inline constexpr Series memory_limit_bytes{"mailrail_memory_limit_bytes", Gauge,
                                           "What messages and queues may take: --memory-limit."};
inline constexpr Series full_in_seconds{
    "mailrail_full_in_seconds", Gauge,
    "Time until disk or memory reach their limit if they grow as in the last hours; +Inf if not."};
inline constexpr Series recovery_seconds{"mailrail_recovery_seconds", Gauge,
                                         "How long the last start took to replay the log."};
inline constexpr Series is_owner{
    "mailrail_is_owner", Gauge,
    "1 if this server serves its log; 0 if it stands by for another, and tells little else."};
inline constexpr Series start_time{"mailrail_start_time_seconds", Gauge,
                                   "When the process started, in seconds since 1970."};
inline constexpr Series build_info{"mailrail_build_info", Gauge,
                                   "Always 1; the label is the version."};

// --- As CloudWatch names them, with --cloudwatch-names.

inline constexpr Series cloudwatch_visible{"aws_sqs_approximate_number_of_messages_visible", Gauge,
                                           "ApproximateNumberOfMessagesVisible of CloudWatch."};
inline constexpr Series cloudwatch_not_visible{
    "aws_sqs_approximate_number_of_messages_not_visible", Gauge,
    "ApproximateNumberOfMessagesNotVisible of CloudWatch."};
inline constexpr Series cloudwatch_delayed{"aws_sqs_approximate_number_of_messages_delayed", Gauge,
                                           "ApproximateNumberOfMessagesDelayed of CloudWatch."};
inline constexpr Series cloudwatch_oldest_age{
    "aws_sqs_approximate_age_of_oldest_message", Gauge,
    "ApproximateAgeOfOldestMessage of CloudWatch, in seconds."};
inline constexpr Series cloudwatch_groups{
    "aws_sqs_approximate_number_of_groups_with_inflight_messages", Gauge,
    "ApproximateNumberOfGroupsWithInflightMessages of CloudWatch."};
inline constexpr Series cloudwatch_sent{"aws_sqs_number_of_messages_sent_total", Counter,
                                        "NumberOfMessagesSent of CloudWatch."};
inline constexpr Series cloudwatch_received{"aws_sqs_number_of_messages_received_total", Counter,
                                            "NumberOfMessagesReceived of CloudWatch."};
inline constexpr Series cloudwatch_deleted{"aws_sqs_number_of_messages_deleted_total", Counter,
                                           "NumberOfMessagesDeleted of CloudWatch."};
inline constexpr Series cloudwatch_empty{"aws_sqs_number_of_empty_receives_total", Counter,
                                         "NumberOfEmptyReceives of CloudWatch."};
inline constexpr Series cloudwatch_published{"aws_sns_number_of_messages_published_total", Counter,
                                             "NumberOfMessagesPublished of CloudWatch."};
inline constexpr Series cloudwatch_notified{"aws_sns_number_of_notifications_delivered_total",
                                            Counter,
                                            "NumberOfNotificationsDelivered of CloudWatch."};
inline constexpr Series cloudwatch_failed{"aws_sns_number_of_notifications_failed_total", Counter,
                                          "NumberOfNotificationsFailed of CloudWatch."};
inline constexpr Series cloudwatch_filtered{"aws_sns_number_of_notifications_filtered_out_total",
                                            Counter,
                                            "NumberOfNotificationsFilteredOut of CloudWatch."};

}  // namespace series

}  // namespace mailrail::metrics
