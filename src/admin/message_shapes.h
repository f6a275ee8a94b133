// What the actions that look at messages without receiving them take and give.
//
// Names that AWS has are AWS's. Instants of our own are milliseconds since 1970.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"
#include "sqs/message_attribute_value.h"

namespace mailrail::admin {

struct PeekMessagesInput {
  std::string queue_url;
  std::optional<int> max_number_of_messages;
  std::optional<std::string> message_group_id;
  std::optional<std::string> state;
  std::optional<std::string> after;  // A sequence number.

  static constexpr Field fields[] = {
      field<&PeekMessagesInput::queue_url>("QueueUrl").required(),
      field<&PeekMessagesInput::max_number_of_messages>("MaxNumberOfMessages"),
      field<&PeekMessagesInput::message_group_id>("MessageGroupId"),
      field<&PeekMessagesInput::state>("State"),
      field<&PeekMessagesInput::after>("After"),
  };
};

struct PeekedMessage {
  std::string message_id;
  std::string sequence_number;  // Of a standard queue, too: where it is in the queue.
  std::string state;
  std::optional<std::int64_t> visible_timestamp;  // In flight or delayed until then.
  std::optional<std::string> received_by;
  // Neither if it is damaged, or hidden from who asks.
  std::optional<std::string> md5_of_body;
  std::optional<std::string> body;
  std::map<std::string, std::string> attributes;
  sqs::MessageAttributes message_attributes;

  static constexpr Field fields[] = {
      field<&PeekedMessage::message_id>("MessageId"),
      field<&PeekedMessage::sequence_number>("SequenceNumber"),
      field<&PeekedMessage::state>("State"),
      field<&PeekedMessage::visible_timestamp>("VisibleTimestamp"),
      field<&PeekedMessage::received_by>("ReceivedBy"),
      field<&PeekedMessage::md5_of_body>("MD5OfBody"),
      field<&PeekedMessage::body>("Body"),
      field<&PeekedMessage::attributes>("Attributes"),
      field<&PeekedMessage::message_attributes>("MessageAttributes"),
  };
};

struct PeekMessagesOutput {
  std::vector<PeekedMessage> messages;
  std::optional<std::string> next_after;  // What `After` is for the next page.

  static constexpr Field fields[] = {
      field<&PeekMessagesOutput::messages>("Messages").shown_empty(),
      field<&PeekMessagesOutput::next_after>("NextAfter"),
  };
};

}  // namespace mailrail::admin
