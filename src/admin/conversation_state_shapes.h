// What the actions that look at conversations take and give.
//
// Names that AWS has are AWS's: a conversation is a message group. Instants are milliseconds since
// 1970.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"

namespace mailrail::admin {

struct ListConversationsInput {
  std::string queue_url;
  std::optional<std::string> state;
  std::optional<int> max_results;
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&ListConversationsInput::queue_url>("QueueUrl").required(),
      field<&ListConversationsInput::state>("State"),
      field<&ListConversationsInput::max_results>("MaxResults"),
      field<&ListConversationsInput::next_token>("NextToken"),
  };
};

// The first message of a conversation: what becomes of it decides about all others.
struct FirstMessage {
  std::string message_id;
  std::string sequence_number;
  std::string state;
  std::int64_t approximate_receive_count = 0;
  std::int64_t sent_timestamp = 0;
  std::optional<std::int64_t> first_receive_timestamp;
  std::optional<std::int64_t> visible_timestamp;  // In flight or delayed until then.
  std::optional<std::string> received_by;         // The last time.

  static constexpr Field fields[] = {
      field<&FirstMessage::message_id>("MessageId"),
      field<&FirstMessage::sequence_number>("SequenceNumber"),
      field<&FirstMessage::state>("State"),
      field<&FirstMessage::approximate_receive_count>("ApproximateReceiveCount"),
      field<&FirstMessage::sent_timestamp>("SentTimestamp"),
      field<&FirstMessage::first_receive_timestamp>("ApproximateFirstReceiveTimestamp"),
      field<&FirstMessage::visible_timestamp>("VisibleTimestamp"),
      field<&FirstMessage::received_by>("ReceivedBy"),
  };
};

struct DescribedConversation {
  std::string message_group_id;
  std::string state;
  std::int64_t message_count = 0;
  std::int64_t messages_in_flight = 0;
  std::optional<std::int64_t> since_timestamp;  // Parked, or blocked by its head, since then.
  FirstMessage head;
  std::string why;  // A sentence for a person.

  static constexpr Field fields[] = {
      field<&DescribedConversation::message_group_id>("MessageGroupId"),
      field<&DescribedConversation::state>("State"),
      field<&DescribedConversation::message_count>("MessageCount"),
      field<&DescribedConversation::messages_in_flight>("MessagesInFlight"),
      field<&DescribedConversation::since_timestamp>("SinceTimestamp"),
      field<&DescribedConversation::head>("Head"),
      field<&DescribedConversation::why>("Why"),
  };
};

struct ListConversationsOutput {
  std::vector<DescribedConversation> conversations;  // The oldest first message first.
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&ListConversationsOutput::conversations>("Conversations").shown_empty(),
      field<&ListConversationsOutput::next_token>("NextToken"),
  };
};

struct DescribeConversationInput {
  std::string queue_url;
  std::string message_group_id;

  static constexpr Field fields[] = {
      field<&DescribeConversationInput::queue_url>("QueueUrl").required(),
      field<&DescribeConversationInput::message_group_id>("MessageGroupId").required(),
  };
};

struct DescribeConversationOutput {
  DescribedConversation conversation;

  static constexpr Field fields[] = {
      field<&DescribeConversationOutput::conversation>("Conversation"),
  };
};

}  // namespace mailrail::admin
