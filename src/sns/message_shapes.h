// What the actions on messages take and give, described once for every protocol.
//
// Names, types and what is required are those of AWS's model; shapes_test compares them. Texts are
// optionals here where SNS tells one that is empty from one that is missing.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"

namespace mailrail::sns {

struct MessageAttributeValue {
  std::optional<std::string> data_type;
  std::optional<std::string> string_value;
  std::optional<Blob> binary_value;

  static constexpr Field fields[] = {
      field<&MessageAttributeValue::data_type>("DataType").required(),
      field<&MessageAttributeValue::string_value>("StringValue"),
      field<&MessageAttributeValue::binary_value>("BinaryValue"),
  };

  friend bool operator==(const MessageAttributeValue&, const MessageAttributeValue&) = default;
};

// By name, in byte order.
using MessageAttributes = std::map<std::string, MessageAttributeValue>;

struct PublishInput {
  std::optional<std::string> topic_arn;
  std::optional<std::string> target_arn;
  std::optional<std::string> phone_number;
  std::optional<std::string> message;
  std::optional<std::string> subject;
  std::optional<std::string> message_structure;
  MessageAttributes message_attributes;
  std::optional<std::string> message_deduplication_id;
  std::optional<std::string> message_group_id;

  static constexpr Field fields[] = {
      field<&PublishInput::topic_arn>("TopicArn"),
      field<&PublishInput::target_arn>("TargetArn"),
      field<&PublishInput::phone_number>("PhoneNumber"),
      field<&PublishInput::message>("Message").required(),
      field<&PublishInput::subject>("Subject"),
      field<&PublishInput::message_structure>("MessageStructure"),
      field<&PublishInput::message_attributes>("MessageAttributes").entry("Name", "Value"),
      field<&PublishInput::message_deduplication_id>("MessageDeduplicationId"),
      field<&PublishInput::message_group_id>("MessageGroupId"),
  };
};

struct PublishOutput {
  std::string message_id;
  std::optional<std::string> sequence_number;

  static constexpr Field fields[] = {
      field<&PublishOutput::message_id>("MessageId"),
      field<&PublishOutput::sequence_number>("SequenceNumber"),
  };
};

struct PublishBatchRequestEntry {
  std::string id;
  std::optional<std::string> message;
  std::optional<std::string> subject;
  std::optional<std::string> message_structure;
  MessageAttributes message_attributes;
  std::optional<std::string> message_deduplication_id;
  std::optional<std::string> message_group_id;

  static constexpr Field fields[] = {
      field<&PublishBatchRequestEntry::id>("Id").required(),
      field<&PublishBatchRequestEntry::message>("Message").required(),
      field<&PublishBatchRequestEntry::subject>("Subject"),
      field<&PublishBatchRequestEntry::message_structure>("MessageStructure"),
      field<&PublishBatchRequestEntry::message_attributes>("MessageAttributes")
          .entry("Name", "Value"),
      field<&PublishBatchRequestEntry::message_deduplication_id>("MessageDeduplicationId"),
      field<&PublishBatchRequestEntry::message_group_id>("MessageGroupId"),
  };
};

struct PublishBatchInput {
  std::optional<std::string> topic_arn;
  std::vector<PublishBatchRequestEntry> entries;

  static constexpr Field fields[] = {
      field<&PublishBatchInput::topic_arn>("TopicArn").required(),
      field<&PublishBatchInput::entries>("PublishBatchRequestEntries").required(),
  };
};

struct PublishBatchResultEntry {
  std::string id;
  std::string message_id;
  std::optional<std::string> sequence_number;

  static constexpr Field fields[] = {
      field<&PublishBatchResultEntry::id>("Id"),
      field<&PublishBatchResultEntry::message_id>("MessageId"),
      field<&PublishBatchResultEntry::sequence_number>("SequenceNumber"),
  };
};

struct BatchResultErrorEntry {
  std::string id;
  std::string code;
  std::string message;
  bool sender_fault = false;

  static constexpr Field fields[] = {
      field<&BatchResultErrorEntry::id>("Id").required(),
      field<&BatchResultErrorEntry::code>("Code").required(),
      field<&BatchResultErrorEntry::message>("Message"),
      field<&BatchResultErrorEntry::sender_fault>("SenderFault").required(),
  };
};

struct PublishBatchOutput {
  std::vector<PublishBatchResultEntry> successful;
  std::vector<BatchResultErrorEntry> failed;

  static constexpr Field fields[] = {
      field<&PublishBatchOutput::successful>("Successful").shown_empty(),
      field<&PublishBatchOutput::failed>("Failed").shown_empty(),
  };
};

}  // namespace mailrail::sns
