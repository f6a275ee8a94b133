// What the actions on single messages take and give, described once for every protocol.
//
// Names, types and what is required are those of AWS's models; shapes_test compares them.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"
#include "sqs/message_attribute_value.h"

namespace mailrail::sqs {

struct SendMessageInput {
  std::string queue_url;
  std::string message_body;
  std::optional<int> delay_seconds;
  MessageAttributes message_attributes;
  MessageAttributes message_system_attributes;
  std::optional<std::string> message_deduplication_id;
  std::optional<std::string> message_group_id;

  static constexpr Field fields[] = {
      field<&SendMessageInput::queue_url>("QueueUrl").required(),
      field<&SendMessageInput::message_body>("MessageBody").required(),
      field<&SendMessageInput::delay_seconds>("DelaySeconds"),
      field<&SendMessageInput::message_attributes>("MessageAttributes")
          .flattened("MessageAttribute")
          .entry("Name", "Value"),
      field<&SendMessageInput::message_system_attributes>("MessageSystemAttributes")
          .flattened("MessageSystemAttribute")
          .entry("Name", "Value"),
      field<&SendMessageInput::message_deduplication_id>("MessageDeduplicationId"),
      field<&SendMessageInput::message_group_id>("MessageGroupId"),
  };
};

struct SendMessageOutput {
  std::string md5_of_message_body;
  std::optional<std::string> md5_of_message_attributes;
  std::optional<std::string> md5_of_message_system_attributes;
  std::string message_id;
  std::optional<std::string> sequence_number;

  static constexpr Field fields[] = {
      field<&SendMessageOutput::md5_of_message_body>("MD5OfMessageBody"),
      field<&SendMessageOutput::md5_of_message_attributes>("MD5OfMessageAttributes"),
      field<&SendMessageOutput::md5_of_message_system_attributes>("MD5OfMessageSystemAttributes"),
      field<&SendMessageOutput::message_id>("MessageId"),
      field<&SendMessageOutput::sequence_number>("SequenceNumber"),
  };
};

struct ReceiveMessageInput {
  std::string queue_url;
  std::vector<std::string>
      attribute_names;  // The older spelling of message_system_attribute_names.
  std::vector<std::string> message_system_attribute_names;
  std::vector<std::string> message_attribute_names;
  std::optional<int> max_number_of_messages;
  std::optional<int> visibility_timeout;
  std::optional<int> wait_time_seconds;
  std::optional<std::string> receive_request_attempt_id;

  static constexpr Field fields[] = {
      field<&ReceiveMessageInput::queue_url>("QueueUrl").required(),
      field<&ReceiveMessageInput::attribute_names>("AttributeNames").flattened("AttributeName"),
      field<&ReceiveMessageInput::message_system_attribute_names>("MessageSystemAttributeNames")
          .flattened("MessageSystemAttributeName"),
      field<&ReceiveMessageInput::message_attribute_names>("MessageAttributeNames")
          .flattened("MessageAttributeName"),
      field<&ReceiveMessageInput::max_number_of_messages>("MaxNumberOfMessages"),
      field<&ReceiveMessageInput::visibility_timeout>("VisibilityTimeout"),
      field<&ReceiveMessageInput::wait_time_seconds>("WaitTimeSeconds"),
      field<&ReceiveMessageInput::receive_request_attempt_id>("ReceiveRequestAttemptId"),
  };
};

struct Message {
  std::string message_id;
  std::string receipt_handle;
  std::string md5_of_body;
  std::string body;
  std::map<std::string, std::string> attributes;
  std::optional<std::string> md5_of_message_attributes;
  MessageAttributes message_attributes;

  static constexpr Field fields[] = {
      field<&Message::message_id>("MessageId"),
      field<&Message::receipt_handle>("ReceiptHandle"),
      field<&Message::md5_of_body>("MD5OfBody"),
      field<&Message::body>("Body"),
      field<&Message::attributes>("Attributes").flattened("Attribute").entry("Name", "Value"),
      field<&Message::md5_of_message_attributes>("MD5OfMessageAttributes"),
      field<&Message::message_attributes>("MessageAttributes")
          .flattened("MessageAttribute")
          .entry("Name", "Value"),
  };

  friend bool operator==(const Message&, const Message&) = default;
};

struct ReceiveMessageOutput {
  std::vector<Message> messages;

  static constexpr Field fields[] = {
      field<&ReceiveMessageOutput::messages>("Messages")
          .flattened("Message")
          .query_json("messages"),
  };
};

struct DeleteMessageInput {
  std::string queue_url;
  std::string receipt_handle;

  static constexpr Field fields[] = {
      field<&DeleteMessageInput::queue_url>("QueueUrl").required(),
      field<&DeleteMessageInput::receipt_handle>("ReceiptHandle").required(),
  };
};

struct ChangeMessageVisibilityInput {
  std::string queue_url;
  std::string receipt_handle;
  std::optional<int> visibility_timeout;  // Optional so that a missing one can be told from 0.

  static constexpr Field fields[] = {
      field<&ChangeMessageVisibilityInput::queue_url>("QueueUrl").required(),
      field<&ChangeMessageVisibilityInput::receipt_handle>("ReceiptHandle").required(),
      field<&ChangeMessageVisibilityInput::visibility_timeout>("VisibilityTimeout").required(),
  };
};

}  // namespace mailrail::sqs
