// What DescribeQueues takes and gives.
//
// Names that AWS has are AWS's, of attributes or of its metrics, but numbers are numbers and
// instants are milliseconds since 1970.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"

namespace mailrail::admin {

struct DescribeQueuesInput {
  std::optional<std::string> queue_name_prefix;
  std::optional<int> max_results;
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&DescribeQueuesInput::queue_name_prefix>("QueueNamePrefix"),
      field<&DescribeQueuesInput::max_results>("MaxResults"),
      field<&DescribeQueuesInput::next_token>("NextToken"),
  };
};

struct DescribedQueue {
  std::string queue_name;
  std::string queue_url;
  std::string queue_arn;
  bool fifo_queue = false;
  std::int64_t created_timestamp = 0;
  std::int64_t last_modified_timestamp = 0;

  std::int64_t visible = 0;
  std::int64_t in_flight = 0;
  std::int64_t delayed = 0;
  std::int64_t parked = 0;  // In any of these states.
  std::int64_t damaged = 0;
  std::int64_t conversations_in_flight = 0;
  std::int64_t conversations_blocked = 0;
  std::int64_t conversations_parked = 0;
  std::int64_t body_bytes = 0;
  std::optional<std::int64_t> oldest_sent_timestamp;
  std::int64_t waiting_receives = 0;

  // Since the server started.
  std::int64_t sent = 0;
  std::int64_t received = 0;
  std::int64_t deleted = 0;
  std::int64_t empty_receives = 0;
  std::int64_t empty_short_polls = 0;  // Those of them that did not wait.
  std::int64_t dead_lettered = 0;
  std::int64_t expired = 0;
  std::int64_t dropped = 0;
  std::optional<std::int64_t> processing_exceeds;  // Seconds: more than 1 % were deleted later.
  std::optional<std::string> busiest_conversation;
  std::optional<std::int64_t> busiest_messages;  // Of a thousand.

  std::optional<std::string> dead_letter_queue_name;
  std::optional<std::int64_t> max_receive_count;
  std::vector<std::string> dead_letter_sources;  // Names, at most so many.
  std::int64_t dead_letter_source_count = 0;
  std::optional<std::string> on_poison;
  std::int64_t visibility_timeout = 0;
  std::int64_t message_retention_period = 0;
  std::int64_t receive_message_wait_time_seconds = 0;
  std::optional<std::int64_t> messages_moved;  // By the move task that is running.
  std::optional<std::int64_t> messages_to_move;
  std::map<std::string, std::string> tags;

  static constexpr Field fields[] = {
      field<&DescribedQueue::queue_name>("QueueName"),
      field<&DescribedQueue::queue_url>("QueueUrl"),
      field<&DescribedQueue::queue_arn>("QueueArn"),
      field<&DescribedQueue::fifo_queue>("FifoQueue"),
      field<&DescribedQueue::created_timestamp>("CreatedTimestamp"),
      field<&DescribedQueue::last_modified_timestamp>("LastModifiedTimestamp"),
      field<&DescribedQueue::visible>("ApproximateNumberOfMessages"),
      field<&DescribedQueue::in_flight>("ApproximateNumberOfMessagesNotVisible"),
      field<&DescribedQueue::delayed>("ApproximateNumberOfMessagesDelayed"),
      field<&DescribedQueue::parked>("ParkedMessages"),
      field<&DescribedQueue::damaged>("DamagedMessages"),
      field<&DescribedQueue::conversations_in_flight>("ConversationsInFlight"),
      field<&DescribedQueue::conversations_blocked>("ConversationsBlocked"),
      field<&DescribedQueue::conversations_parked>("ConversationsParked"),
      field<&DescribedQueue::body_bytes>("BodyBytes"),
      field<&DescribedQueue::oldest_sent_timestamp>("OldestSentTimestamp"),
      field<&DescribedQueue::waiting_receives>("WaitingReceives"),
      field<&DescribedQueue::sent>("NumberOfMessagesSent"),
      field<&DescribedQueue::received>("NumberOfMessagesReceived"),
      field<&DescribedQueue::deleted>("NumberOfMessagesDeleted"),
      field<&DescribedQueue::empty_receives>("NumberOfEmptyReceives"),
      field<&DescribedQueue::empty_short_polls>("EmptyShortPolls"),
      field<&DescribedQueue::dead_lettered>("DeadLettered"),
      field<&DescribedQueue::expired>("Expired"),
      field<&DescribedQueue::dropped>("Dropped"),
      field<&DescribedQueue::processing_exceeds>("ProcessingExceeds"),
      field<&DescribedQueue::busiest_conversation>("BusiestConversation"),
      field<&DescribedQueue::busiest_messages>("BusiestConversationMessages"),
      field<&DescribedQueue::dead_letter_queue_name>("DeadLetterQueueName"),
      field<&DescribedQueue::max_receive_count>("MaxReceiveCount"),
      field<&DescribedQueue::dead_letter_sources>("DeadLetterSources"),
      field<&DescribedQueue::dead_letter_source_count>("DeadLetterSourceCount"),
      field<&DescribedQueue::on_poison>("OnPoison"),
      field<&DescribedQueue::visibility_timeout>("VisibilityTimeout"),
      field<&DescribedQueue::message_retention_period>("MessageRetentionPeriod"),
      field<&DescribedQueue::receive_message_wait_time_seconds>("ReceiveMessageWaitTimeSeconds"),
      field<&DescribedQueue::messages_moved>("MessagesMoved"),
      field<&DescribedQueue::messages_to_move>("MessagesToMove"),
      field<&DescribedQueue::tags>("Tags"),
  };

  friend bool operator==(const DescribedQueue&, const DescribedQueue&) = default;
};

struct DescribeQueuesOutput {
  std::vector<DescribedQueue> queues;  // In the order of their names.
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&DescribeQueuesOutput::queues>("Queues").shown_empty(),
      field<&DescribeQueuesOutput::next_token>("NextToken"),
  };
};

}  // namespace mailrail::admin
