// Redrive of chosen messages: what the engine is asked to move out of a dead-letter queue at once,
// without a task, and what became of each.
//
// What a task would wait for stays where it is, and its result says why. The order of a
// conversation is that of the queue, also where only some of it are chosen.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "engine/fact.h"
#include "engine/inspection.h"

namespace mailrail::engine {

// Whoever chose them knows their ids, which say nothing of where they are.
struct FindRequest {
  QueueId queue = {};
  Seq after = {};
  std::span<const Hash128> ids = {};  // Sorted, each once; see Identity::message_number().
  std::size_t looks_max = 1;
};

struct FoundMessage {
  Hash128 id = {};
  Seq seq = {};

  friend bool operator==(const FoundMessage&, const FoundMessage&) = default;
};

struct FoundMessages {
  std::vector<FoundMessage> messages = {};  // In the order in which they came.
  std::optional<Seq> next = {};             // The others may be behind this one.
};

struct RedriveRequest {
  QueueId source = {};
  std::optional<QueueName> destination = {};  // Else each message goes back to its own source.
  std::vector<Seq> messages = {};             // In the order in which they came, each once.
};

enum class RedriveVerdict : std::uint8_t {
  moved,
  not_there,
  not_visible,     // Its state says why: blocked, too, if one chosen before it of its conversation
                   // stays, as they keep their order.
  no_source,       // It did not come as a dead letter, and no destination was given.
  no_destination,  // The queue that it came from is not there, or is of the other type by now.
};

struct RedriveResult {
  RedriveVerdict verdict = RedriveVerdict::moved;
  MessageState state = MessageState::visible;
  QueueId to = {};  // If it was moved.

  friend bool operator==(const RedriveResult&, const RedriveResult&) = default;
};

}  // namespace mailrail::engine
