// What the actions on parked conversations take and give, and the one that parks.
//
// Names that AWS has are AWS's: a conversation is a message group, instants are milliseconds since
// 1970.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"

namespace mailrail::admin {

struct ListParkedConversationsInput {
  std::string queue_url;
  std::optional<int> max_results;
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&ListParkedConversationsInput::queue_url>("QueueUrl").required(),
      field<&ListParkedConversationsInput::max_results>("MaxResults"),
      field<&ListParkedConversationsInput::next_token>("NextToken"),
  };
};

// The message that the conversation stopped at.
struct ConversationHead {
  std::string message_id;
  std::string sequence_number;
  std::int64_t approximate_receive_count = 0;
  std::int64_t sent_timestamp = 0;

  static constexpr Field fields[] = {
      field<&ConversationHead::message_id>("MessageId"),
      field<&ConversationHead::sequence_number>("SequenceNumber"),
      field<&ConversationHead::approximate_receive_count>("ApproximateReceiveCount"),
      field<&ConversationHead::sent_timestamp>("SentTimestamp"),
  };
};

struct Conversation {
  std::string message_group_id;
  std::int64_t message_count = 0;
  std::int64_t parked_timestamp = 0;
  ConversationHead head;

  static constexpr Field fields[] = {
      field<&Conversation::message_group_id>("MessageGroupId"),
      field<&Conversation::message_count>("MessageCount"),
      field<&Conversation::parked_timestamp>("ParkedTimestamp"),
      field<&Conversation::head>("Head"),
  };
};

struct ListParkedConversationsOutput {
  std::vector<Conversation> conversations;
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&ListParkedConversationsOutput::conversations>("Conversations").shown_empty(),
      field<&ListParkedConversationsOutput::next_token>("NextToken"),
  };
};

struct ParkConversationInput {
  std::string queue_url;
  std::string message_group_id;

  static constexpr Field fields[] = {
      field<&ParkConversationInput::queue_url>("QueueUrl").required(),
      field<&ParkConversationInput::message_group_id>("MessageGroupId").required(),
  };
};

struct RetryConversationInput {
  std::string queue_url;
  std::string message_group_id;

  static constexpr Field fields[] = {
      field<&RetryConversationInput::queue_url>("QueueUrl").required(),
      field<&RetryConversationInput::message_group_id>("MessageGroupId").required(),
  };
};

struct SkipConversationInput {
  std::string queue_url;
  std::string message_group_id;
  std::string head_action;                // What becomes of the head: `Discard` or `DeadLetter`.
  std::optional<std::string> message_id;  // Only if the head is this message.

  static constexpr Field fields[] = {
      field<&SkipConversationInput::queue_url>("QueueUrl").required(),
      field<&SkipConversationInput::message_group_id>("MessageGroupId").required(),
      field<&SkipConversationInput::head_action>("HeadAction").required(),
      field<&SkipConversationInput::message_id>("MessageId"),
  };
};

struct DropConversationInput {
  std::string queue_url;
  std::string message_group_id;

  static constexpr Field fields[] = {
      field<&DropConversationInput::queue_url>("QueueUrl").required(),
      field<&DropConversationInput::message_group_id>("MessageGroupId").required(),
  };
};

struct DropConversationOutput {
  std::int64_t messages_dropped = 0;

  static constexpr Field fields[] = {
      field<&DropConversationOutput::messages_dropped>("MessagesDropped"),
  };
};

}  // namespace mailrail::admin
