// Entry: one message in memory. Delivery: what is known of it once it was received. Share: what it
// has of a publication.
//
// The body lies in the log; an entry says where. Both are plain and small, because a server holds
// millions: 48 bytes for a message that waits, 56 more from its first receive on. They live in
// pools and link to each other by index.

#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/time.h"
#include "engine/pool.h"
#include "engine/protocol.h"

namespace mailrail::engine {

// Where a message's Sent fact lies in the log.
struct Body {
  Position position;
  std::uint32_t length = 0;  // Of the whole fact.

  friend bool operator==(const Body&, const Body&) = default;
};

// Of a message that came by a topic: its part in what was published, whose body it shares with
// others.
struct Share {
  TopicId topic;
  Seq publication;
  SubscriptionId subscription;
  bool is_raw = false;                // As the subscription was then.
  Protocol protocol = Protocol::sqs;  // The subscription's, whose text the message has.
  bool is_body_damaged = false;       // For all that share it.

  friend bool operator==(const Share&, const Share&) = default;
};

enum class EntryState : std::uint8_t {
  delayed,   // Standard queues: in the delay wheel until it is due.
  fresh,     // In its group's list. On a FIFO queue this is also the state of a message whose lease
             // ended.
  returned,  // Standard queues: its lease ended; in its group's tree of returned messages.
  in_flight,  // Leased to a consumer. On a FIFO queue it keeps its place in the group's list.
  damaged,    // Its body cannot be read. In no list; on a FIFO queue it keeps its place in the
              // group's, which goes no further.
};

struct Entry {
  struct Part {
    Index body;                  // Into the store's shared bodies.
    std::uint32_t subscription;  // The number of an id.
  };
  Seq seq;
  union {
    Position position{};  // Of its own body.
    Part part;            // Of a shared one.
  };
  Instant sent;
  std::uint32_t length = 0;  // Of its own body.
  Index group = no_index;
  // By state: neighbours in the delay wheel (delayed), in the group's list (fresh; FIFO always), or
  // the left and right subtree (returned).
  Index previous = no_index;
  Index next = no_index;
  Index delivery = no_index;
  std::uint16_t delay_seconds = 0;  // Standard queues only: a FIFO queue delays as a whole.
  EntryState state = EntryState::fresh;
  bool is_shared : 1 = false;
  bool is_raw : 1 = false;                // Shared: the message goes without an envelope.
  Protocol protocol : 2 = Protocol::sqs;  // Shared.
  bool is_stray : 1 = false;              // Sent before one that came before it: see Oldest.
};
static_assert(sizeof(Entry) <= 48);

struct Delivery {
  Instant until;           // The last lease in this queue ends, or ended, here. Zero: none yet.
  Instant lease_started;   // When the receive that holds or held it happened; caps extensions.
  Instant first_received;  // Fixed at the first receive, wherever that was.
  // The message as it was first sent, which the log knows it by, and how often it was sent anew by
  // a redrive since: together its identity, which a dead-letter move keeps.
  std::uint64_t origin : 48 = 0;
  std::uint64_t redriven : 16 = 0;
  QueueId origin_queue;
  std::uint32_t receive_count = 0;  // Also the generation of the current receipt handle.
  Index source = no_index;  // Dead-letter source: an index into the engine's list of source names.
  Index entry = no_index;
  Index wheel_previous = no_index;
  Index wheel_next = no_index;

  Seq origin_seq() const { return Seq(origin); }
  std::uint16_t redrives() const { return static_cast<std::uint16_t>(redriven); }
  bool was_received_here() const { return until != Instant{}; }
  // Here or, before it came as a dead letter, elsewhere.
  bool was_received() const { return receive_count > 0; }
};
static_assert(sizeof(Delivery) <= 56);

}  // namespace mailrail::engine
