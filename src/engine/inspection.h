// Inspection: what is told of messages and conversations to who only looks at them.
//
// Looking counts as no receive, hides nothing and changes nothing. It goes through a queue in the
// order in which its messages came, with so many looks at a time, and says where to go on.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "engine/requests.h"

namespace mailrail::engine {

enum class MessageState : std::uint8_t {
  visible,    // A receive may give it, on a FIFO queue together with those before it.
  in_flight,  // A consumer holds it.
  delayed,
  blocked,  // FIFO: the first message of its conversation cannot be given.
  parked,   // FIFO: its conversation is parked, and nobody holds it.
  damaged,  // Its body cannot be read.
};

struct InspectedMessage {
  ReceivedMessage message;  // Receive count 0: never received.
  MessageState state = MessageState::visible;
  std::optional<Instant> until = {};  // In flight or delayed until then.
  std::string group = {};
  std::string receiver = {};  // Who received it last; empty if that is not known any more.
};

struct InspectRequest {
  QueueId queue = {};
  Seq after = {};
  std::optional<std::string_view> group = {};
  std::optional<MessageState> state = {};
  std::size_t count_max = 1;
  std::size_t bytes_max = 0;  // Of the bodies; but the first may be as long as it is.
  std::size_t looks_max = 1;
};

struct Inspected {
  std::vector<InspectedMessage> messages = {};
  std::size_t body_bytes = 0;
  std::optional<Seq> next = {};  // There may be more behind this one.
};

// Of a FIFO queue.
enum class ConversationState : std::uint8_t {
  waiting,    // Its first message is there for a consumer, or will be after its delay.
  in_flight,  // Consumers hold all of it.
  blocked,    // A consumer holds its first message, and others wait; or that one is damaged.
  parked,
};

struct InspectedConversation {
  std::string group;
  ConversationState state = ConversationState::waiting;
  std::uint64_t message_count = 0;  // In any state.
  std::uint64_t in_flight = 0;
  InspectedMessage head;
  std::optional<Instant> since = {};  // Since when it is parked, or blocked by its first message.
};

struct ConversationsRequest {
  QueueId queue = {};
  Seq after = {};  // Those whose first message is behind it.
  std::optional<ConversationState> state = {};
  std::size_t count_max = 1;
  std::size_t looks_max = 1;
};

struct InspectedConversations {
  std::vector<InspectedConversation> conversations = {};  // The oldest first message first.
  std::optional<Seq> next = {};
};

}  // namespace mailrail::engine
