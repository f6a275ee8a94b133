// ListMessages: what a queue holds, in the shape of a receive, as tests of LocalStack's users ask
// for it: GET /_aws/sqs/messages?QueueUrl=URL, or /_aws/sqs/messages/REGION/ACCOUNT/NAME.
//
// Nobody receives the messages by that. It is no action of SQS, and is answered as if it were
// ReceiveMessage. Administration has a call that tells more: PeekMessages.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/api_call.h"
#include "base/shape.h"
#include "sqs/message_attribute_value.h"
#include "sqs/target_queue.h"

namespace mailrail::sqs {

struct ListMessagesInput {
  std::string queue_url;
  // `true` or, as Python writes it, `True`: messages in flight, and delayed ones, too.
  std::optional<std::string> show_invisible;
  std::optional<std::string> show_delayed;

  static constexpr Field fields[] = {
      field<&ListMessagesInput::queue_url>("QueueUrl").required(),
      field<&ListMessagesInput::show_invisible>("ShowInvisible"),
      field<&ListMessagesInput::show_delayed>("ShowDelayed"),
  };
};

struct ListedMessage {
  std::string message_id;
  std::string receipt_handle;  // Good for nothing.
  std::string md5_of_body;
  std::string body;
  std::map<std::string, std::string> attributes;
  MessageAttributes message_attributes;

  static constexpr Field fields[] = {
      field<&ListedMessage::message_id>("MessageId"),
      field<&ListedMessage::receipt_handle>("ReceiptHandle"),
      field<&ListedMessage::md5_of_body>("MD5OfBody"),
      field<&ListedMessage::body>("Body"),
      field<&ListedMessage::attributes>("Attributes")
          .flattened("Attribute")
          .entry("Name", "Value")
          .query_json("Attribute"),
      field<&ListedMessage::message_attributes>("MessageAttributes")
          .flattened("MessageAttribute")
          .entry("Name", "Value")
          .query_json("MessageAttribute"),
  };
};

struct ListMessagesOutput {
  std::vector<ListedMessage> messages;

  static constexpr Field fields[] = {
      field<&ListMessagesOutput::messages>("Messages").flattened("Message").query_json("Message"),
  };
};

struct ListMessages {
  static constexpr std::string_view name = "ReceiveMessage";
  using Input = ListMessagesInput;
  using Output = ListMessagesOutput;
  struct Prepared {
    TargetQueue queue;
    std::vector<engine::MessageState> states = {};
    Seq after = {};
    std::size_t turns = 0;
    // What was found in the turns before.
    std::vector<engine::InspectedMessage> messages = {};
    std::size_t body_bytes = 0;
  };
  struct Decided {
    std::vector<engine::InspectedMessage> messages = {};
    std::vector<engine::ReceivedMessage> readable = {};
    std::vector<engine::Body> bodies = {};
    engine::QueueType type = engine::QueueType::standard;
  };

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static std::span<const engine::Body> bodies(const Decided& decided) { return decided.bodies; }
  static api::Shown shown(const Decided& decided, const Prepared& prepared) {
    return {.queue = &prepared.queue.name, .messages = decided.readable};
  }
  static Result<Output> finish(const Decided& decided,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies& bodies);
};

}  // namespace mailrail::sqs
