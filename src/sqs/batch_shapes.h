// What the batch actions take and give, described once for every protocol: up to ten entries, each
// with its own outcome.
//
// Names, types and what is required are those of AWS's models; shapes_test compares them.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"
#include "sqs/message_attribute_value.h"

namespace mailrail::sqs {

struct BatchResultErrorEntry {
  std::string id;
  bool sender_fault = false;
  std::string code;
  std::string message;

  static constexpr Field fields[] = {
      field<&BatchResultErrorEntry::id>("Id").required(),
      field<&BatchResultErrorEntry::sender_fault>("SenderFault").required(),
      field<&BatchResultErrorEntry::code>("Code").required(),
      field<&BatchResultErrorEntry::message>("Message"),
  };
};

struct SendMessageBatchRequestEntry {
  std::string id;
  std::string message_body;
  std::optional<int> delay_seconds;
  MessageAttributes message_attributes;
  MessageAttributes message_system_attributes;
  std::optional<std::string> message_deduplication_id;
  std::optional<std::string> message_group_id;

  static constexpr Field fields[] = {
      field<&SendMessageBatchRequestEntry::id>("Id").required(),
      field<&SendMessageBatchRequestEntry::message_body>("MessageBody").required(),
      field<&SendMessageBatchRequestEntry::delay_seconds>("DelaySeconds"),
      field<&SendMessageBatchRequestEntry::message_attributes>("MessageAttributes")
          .flattened("MessageAttribute")
          .entry("Name", "Value"),
      field<&SendMessageBatchRequestEntry::message_system_attributes>("MessageSystemAttributes")
          .flattened("MessageSystemAttribute")
          .entry("Name", "Value"),
      field<&SendMessageBatchRequestEntry::message_deduplication_id>("MessageDeduplicationId"),
      field<&SendMessageBatchRequestEntry::message_group_id>("MessageGroupId"),
  };
};

struct SendMessageBatchInput {
  std::string queue_url;
  std::vector<SendMessageBatchRequestEntry> entries;

  static constexpr Field fields[] = {
      field<&SendMessageBatchInput::queue_url>("QueueUrl").required(),
      field<&SendMessageBatchInput::entries>("Entries").required().flattened(
          "SendMessageBatchRequestEntry"),
  };
};

struct SendMessageBatchResultEntry {
  std::string id;
  std::string message_id;
  std::string md5_of_message_body;
  std::optional<std::string> md5_of_message_attributes;
  std::optional<std::string> md5_of_message_system_attributes;
  std::optional<std::string> sequence_number;

  static constexpr Field fields[] = {
      field<&SendMessageBatchResultEntry::id>("Id").required(),
      field<&SendMessageBatchResultEntry::message_id>("MessageId").required(),
      field<&SendMessageBatchResultEntry::md5_of_message_body>("MD5OfMessageBody").required(),
      field<&SendMessageBatchResultEntry::md5_of_message_attributes>("MD5OfMessageAttributes"),
      field<&SendMessageBatchResultEntry::md5_of_message_system_attributes>(
          "MD5OfMessageSystemAttributes"),
      field<&SendMessageBatchResultEntry::sequence_number>("SequenceNumber"),
  };
};

struct SendMessageBatchOutput {
  std::vector<SendMessageBatchResultEntry> successful;
  std::vector<BatchResultErrorEntry> failed;

  static constexpr Field fields[] = {
      field<&SendMessageBatchOutput::successful>("Successful")
          .required()
          .flattened("SendMessageBatchResultEntry"),
      field<&SendMessageBatchOutput::failed>("Failed").required().flattened(
          "BatchResultErrorEntry"),
  };
};

struct DeleteMessageBatchRequestEntry {
  std::string id;
  std::string receipt_handle;

  static constexpr Field fields[] = {
      field<&DeleteMessageBatchRequestEntry::id>("Id").required(),
      field<&DeleteMessageBatchRequestEntry::receipt_handle>("ReceiptHandle").required(),
  };
};

struct DeleteMessageBatchInput {
  std::string queue_url;
  std::vector<DeleteMessageBatchRequestEntry> entries;

  static constexpr Field fields[] = {
      field<&DeleteMessageBatchInput::queue_url>("QueueUrl").required(),
      field<&DeleteMessageBatchInput::entries>("Entries").required().flattened(
          "DeleteMessageBatchRequestEntry"),
  };
};

struct DeleteMessageBatchResultEntry {
  std::string id;

  static constexpr Field fields[] = {
      field<&DeleteMessageBatchResultEntry::id>("Id").required(),
  };
};

struct DeleteMessageBatchOutput {
  std::vector<DeleteMessageBatchResultEntry> successful;
  std::vector<BatchResultErrorEntry> failed;

  static constexpr Field fields[] = {
      field<&DeleteMessageBatchOutput::successful>("Successful")
          .required()
          .flattened("DeleteMessageBatchResultEntry"),
      field<&DeleteMessageBatchOutput::failed>("Failed").required().flattened(
          "BatchResultErrorEntry"),
  };
};

struct ChangeMessageVisibilityBatchRequestEntry {
  std::string id;
  std::string receipt_handle;
  std::optional<int> visibility_timeout;

  static constexpr Field fields[] = {
      field<&ChangeMessageVisibilityBatchRequestEntry::id>("Id").required(),
      field<&ChangeMessageVisibilityBatchRequestEntry::receipt_handle>("ReceiptHandle").required(),
      field<&ChangeMessageVisibilityBatchRequestEntry::visibility_timeout>("VisibilityTimeout"),
  };
};

struct ChangeMessageVisibilityBatchInput {
  std::string queue_url;
  std::vector<ChangeMessageVisibilityBatchRequestEntry> entries;

  static constexpr Field fields[] = {
      field<&ChangeMessageVisibilityBatchInput::queue_url>("QueueUrl").required(),
      field<&ChangeMessageVisibilityBatchInput::entries>("Entries").required().flattened(
          "ChangeMessageVisibilityBatchRequestEntry"),
  };
};

struct ChangeMessageVisibilityBatchResultEntry {
  std::string id;

  static constexpr Field fields[] = {
      field<&ChangeMessageVisibilityBatchResultEntry::id>("Id").required(),
  };
};

struct ChangeMessageVisibilityBatchOutput {
  std::vector<ChangeMessageVisibilityBatchResultEntry> successful;
  std::vector<BatchResultErrorEntry> failed;

  static constexpr Field fields[] = {
      field<&ChangeMessageVisibilityBatchOutput::successful>("Successful")
          .required()
          .flattened("ChangeMessageVisibilityBatchResultEntry"),
      field<&ChangeMessageVisibilityBatchOutput::failed>("Failed").required().flattened(
          "BatchResultErrorEntry"),
  };
};

}  // namespace mailrail::sqs
