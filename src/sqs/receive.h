// ReceiveMessage: a long poll is this call, asked again until there is something or its time is
// over.
// On a FIFO queue its answer waits until the leases are durable; on a standard queue losing one
// only shows the message again.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/api_call.h"
#include "broker/consumer.h"
#include "sqs/message_shapes.h"
#include "sqs/target_queue.h"

namespace mailrail::sqs {

struct ReceiveMessage {
  static constexpr std::string_view name = "ReceiveMessage";
  using Input = ReceiveMessageInput;
  using Output = ReceiveMessageOutput;

  struct Prepared {
    TargetQueue queue;
    std::optional<Error> error;
    std::size_t count_max = 1;
    std::optional<Duration> visibility_timeout;
    std::optional<Duration> wait;
    std::optional<std::string> attempt;
    std::vector<std::string> system_attribute_names;
    std::vector<std::string> attribute_names;
    std::string receiver;             // Who asks, for people.
    std::optional<Instant> deadline;  // Set when it is first asked.
    broker::Traffic* traffic = nullptr;
    broker::Consumer consumer = {};  // Lent by the context of the call.
    broker::ConsumerId consumer_id = {};
  };
  struct Decided {
    std::vector<engine::ReceivedMessage> messages;
    std::vector<engine::Body> bodies;
    engine::QueueType type = engine::QueueType::standard;
    bool is_repeatable = false;  // See engine::ReceiveResult.
  };

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static std::span<const engine::Body> bodies(const Decided& decided) { return decided.bodies; }
  static api::Shown shown(const Decided& decided, const Prepared& prepared) {
    return {.queue = &prepared.queue.name, .messages = decided.messages};
  }
  static std::vector<engine::ReceiptHandle> leases(const Decided& decided);
  static Result<Output> finish(const Decided& decided,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies& bodies);
  static std::size_t payload_bytes(const Prepared&, const Output& output);
};

}  // namespace mailrail::sqs
