// PeekMessages: messages as they lie in a queue, in the order in which they came.
//
// Nobody receives them by that: nothing is hidden, counted or written. Whatever state they are in
// is told; a body that cannot be read is left out, and the message is there all the same. So is
// whatever a message says, if the caller's key hides payloads.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "admin/message_shapes.h"
#include "admin/walk.h"
#include "api/api_call.h"
#include "sqs/target_queue.h"

namespace mailrail::admin {

// Messages that an answer shows, and of those that are not damaged what it takes to read them.
struct PeekedPage {
  std::vector<engine::InspectedMessage> messages;
  std::optional<Seq> next;
  std::vector<engine::ReceivedMessage> readable = {};
  std::vector<engine::Body> bodies = {};
  engine::QueueType type = engine::QueueType::standard;
};
PeekedPage page_of(engine::Inspected inspected, const engine::Queue& queue);

struct PeekMessages {
  static constexpr std::string_view name = "PeekMessages";
  using Input = PeekMessagesInput;
  using Output = PeekMessagesOutput;
  struct Prepared {
    sqs::TargetQueue queue;
    std::optional<Error> error = {};
    std::size_t count_max = 0;
    std::optional<std::string> group = {};
    std::optional<engine::MessageState> state = {};
    Walk walk = {};
  };
  using Decided = PeekedPage;

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

}  // namespace mailrail::admin
