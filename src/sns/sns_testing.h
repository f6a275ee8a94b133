// What tests of publishing share: an engine with topics, queues and subscriptions, and messages as
// their queues show them.
//
// Names are short: all of them are in one region and account. Nothing here is part of mailrail
// itself.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/engine_testing.h"
#include "signing/signing_testing.h"
#include "sns/arn.h"
#include "sns/notification.h"
#include "sns/publish.h"

namespace mailrail::sns {

class SnsTest : public engine::EngineTest {
 protected:
  SnsTest() { signer.load(signing::test_key_pair()).value(); }

  static engine::QueueName named(const std::string& name) {
    return {.region = "us-east-1", .account = "000000000000", .name = name};
  }

  const engine::Topic& create_topic(const std::string& name,
                                    engine::TopicAttributes attributes = {}) {
    attributes.is_fifo = name.ends_with(".fifo");
    return *engine.topics().find(engine.create_topic(turn, named(name), attributes, {}));
  }

  QueueId create_queue(const std::string& name, engine::QueueAttributes attributes = {}) {
    attributes.is_fifo = name.ends_with(".fifo");
    return engine.create_queue(turn, named(name), attributes, {});
  }

  // The queue may be missing.
  SubscriptionId subscribe(const engine::Topic& topic,
                           const std::string& queue,
                           engine::SubscriptionAttributes attributes = {},
                           engine::SubscriptionState state = engine::SubscriptionState::confirmed) {
    return engine.subscribe(turn, {.topic = topic.id,
                                   .endpoint = api::queue_arn(named(queue)),
                                   .queue = named(queue),
                                   .state = state,
                                   .attributes = std::move(attributes)});
  }

  PreparedMessage prepare(const PublishInput& input) const {
    return prepare_message(draft_of(input), named("news"), "messageAttributes", context);
  }

  static PublishInput input_to(const engine::Topic& topic, std::string message) {
    return {.topic_arn = topic_arn(topic.name), .message = std::move(message)};
  }

  Result<PublishedMessage> publish(const PublishInput& input) {
    Publish::Prepared prepared = Publish::prepare(input, context);
    return Publish::decide(engine, turn, prepared).value;
  }

  Result<PublishBatch::Decided> publish_batch(const engine::Topic& topic,
                                              std::vector<PublishBatchRequestEntry> entries) {
    PublishBatch::Prepared prepared = PublishBatch::prepare(
        {.topic_arn = topic_arn(topic.name), .entries = std::move(entries)}, context);
    return PublishBatch::decide(engine, turn, prepared).value;
  }

  // What waits in the queue, as it is shown.
  std::vector<api::TopicMessage> received(QueueId queue) {
    std::vector<api::TopicMessage> messages;
    for (const engine::ReceivedMessage& each : receive(queue)) {
      const std::size_t at = each.body.position.value() - facts.position().value();
      const auto sent =
          engine::decode_sent(std::string_view(facts.payload()).substr(at, each.body.length));
      messages.push_back(*read_topic_message(engine.identity(), signer, *sent, *each.share));
    }
    return messages;
  }

  signing::Signer signer;
  api::Context context{.caller = {},
                       .endpoint = "http://localhost:4566",
                       .trace_header = {},
                       .identity = &engine.identity(),
                       .signer = &signer};
};

inline MessageAttributeValue string_attribute(std::string value, std::string type = "String") {
  return {.data_type = std::move(type), .string_value = std::move(value), .binary_value = {}};
}

inline MessageAttributeValue binary_attribute(std::string bytes) {
  return {.data_type = "Binary", .string_value = {}, .binary_value = Blob{std::move(bytes)}};
}

}  // namespace mailrail::sns
