#include "sqs/shown_message.h"

#include <utility>

#include <fmt/format.h>

#include "api/errors.h"
#include "base/check.h"
#include "base/digest.h"
#include "engine/read_back.h"
#include "sqs/arn.h"
#include "sqs/message_record.h"

namespace mailrail::sqs {
namespace {

// Every system attribute that the message has.
std::map<std::string, std::string> system_attributes_of(const engine::ReceivedMessage& message,
                                                        const engine::Sent& sent,
                                                        const MessageRecord& record,
                                                        engine::QueueType type) {
  std::map<std::string, std::string> attributes{
      {"SenderId", std::string(record.sender_id)},
      {"SentTimestamp", std::to_string(unix_ms(message.sent))},
      {"ApproximateReceiveCount", std::to_string(message.receive_count)},
  };
  if (message.receive_count > 0)
    attributes["ApproximateFirstReceiveTimestamp"] =
        std::to_string(unix_ms(message.first_received));
  if (type == engine::QueueType::fifo) {
    attributes["SequenceNumber"] = engine::sequence_number(message.seq);
    attributes["MessageDeduplicationId"] = sent.deduplication_id;
  }
  if (message.is_grouped) attributes["MessageGroupId"] = sent.group;
  if (!record.trace_header.empty()) attributes["AWSTraceHeader"] = record.trace_header;
  if (message.dead_letter_source)
    attributes["DeadLetterQueueSourceArn"] = queue_arn(*message.dead_letter_source);
  return attributes;
}

// What the message's record says; or, if it came by a topic, what that makes of it, which
// `rendered` then holds.
Result<MessageRecord> record_of(const engine::ReceivedMessage& message,
                                const engine::Sent& sent,
                                const api::Context& context,
                                api::TopicMessage& rendered) {
  if (!message.share) return decode_record(sent.record);
  CHECK(context.read_topic_message != nullptr);
  rendered =
      TRY(context.read_topic_message(*context.identity, *context.signer, sent, *message.share));
  MessageRecord record{.body = rendered.body,
                       .body_md5 = md5(rendered.body),
                       .attributes = {},
                       .sender_id = rendered.sender_id,
                       .trace_header = rendered.trace_header};
  for (api::TopicMessage::Attribute& each : rendered.attributes) {
    MessageAttributeValue& value = record.attributes[each.name];
    value.data_type = each.data_type;
    if (each.is_binary) {
      value.binary_value = Blob{std::move(each.value)};
    } else {
      value.string_value = std::move(each.value);
    }
  }
  return record;
}

}  // namespace

Result<Message> shown_message(const engine::ReceivedMessage& received,
                              std::string_view bytes,
                              engine::QueueType type,
                              const api::Context& context) {
  const Result<engine::Sent> sent = engine::read_sent(bytes, received);
  api::TopicMessage rendered;
  Result<MessageRecord> record =
      sent ? record_of(received, *sent, context, rendered) : std::unexpected(sent.error());
  if (!record) {
    return fail(api::errors::internal_failure,
                fmt::format("The message at log position {} is damaged: {}.",
                            received.body.position.value(), record.error().message));
  }
  Message message;
  message.message_id =
      context.identity->message_id(received.origin_queue, received.origin_seq, received.redrives);
  message.md5_of_body = hex(record->body_md5);
  message.body = record->body;
  message.attributes = system_attributes_of(received, *sent, *record, type);
  message.message_attributes = std::move(record->attributes);
  return message;
}

}  // namespace mailrail::sqs
