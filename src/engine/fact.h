// Facts: everything that ever changes the engine's state, and all that the log holds.
//
// A fact states what is now so, never an increment, and carries whole what it creates; applying it
// twice changes nothing. A fact does not contain its own position in the log, but is told it when
// it is applied. The bytes on disk (fact_codec.h) are for ever: fields are added at the end, with a
// default, and never changed or reused.

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "engine/entry.h"
#include "engine/move_task.h"
#include "engine/queue_attributes.h"
#include "engine/topic_facts.h"

namespace mailrail::engine {

// 128 bits that name something by keyed hash: a deduplication id, a receive attempt. All zero is
// nothing.
struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  friend auto operator<=>(const Hash128&, const Hash128&) = default;
  explicit operator bool() const { return low != 0 || high != 0; }
};

// The first fact of every log. The secret keys message ids, receipt handles and hashes.
struct Founded {
  Instant at = {};
  std::array<char, 32> secret;
};

struct QueueCreated {
  QueueId queue = {};
  Instant at = {};
  QueueName name;
  QueueAttributes attributes;
  std::map<std::string, std::string> tags;
};

// Attributes and tags whole, as they are after the change.
struct QueueChanged {
  QueueId queue = {};
  Instant at = {};  // Of the last change of attributes, which this need not be.
  QueueAttributes attributes;
  std::map<std::string, std::string> tags;
};

struct QueueDeleted {
  QueueId queue = {};
  Instant at = {};  // Zero: from a log of before it was told.
};

// Removes every message below `below_seq` and forgets the queue's deduplication ids.
struct Purged {
  QueueId queue = {};
  Seq below_seq = {};
  Instant at = {};  // Zero: from a log of before it was told.
};

struct Sent {
  QueueId queue = {};
  Seq seq = {};
  Instant at = {};
  std::uint16_t delay_seconds = 0;         // Standard queues.
  std::string_view group = {};             // Empty: none.
  std::string_view deduplication_id = {};  // FIFO; as the consumer will see it.
  Hash128 deduplication_key = {};          // FIFO: what a later send is compared with.
  std::string_view record = {};            // The message as its service encoded it; opaque here.
  std::uint64_t message_bytes = 0;         // As its service counts them. Not stored.
};

// A lease starts, or its end moves: by a receive, or by a change of visibility (which keeps all but
// `until`).
struct Leased {
  QueueId queue = {};
  Seq seq = {};
  Instant until = {};
  Instant started = {};         // The receive that began it.
  Instant first_received = {};  // The message's first receive ever.
  std::uint32_t receive_count = 0;
  Hash128 attempt =
      {};  // FIFO: the receive's attempt id, so that a repeated call gets the same answer.
};

// Dropped: the queue was full, and says that its oldest messages go.
enum class RemovalReason : std::uint8_t { deleted = 0, expired = 1, dropped = 2 };

struct Removed {
  QueueId queue = {};
  RemovalReason why = RemovalReason::deleted;
  std::vector<Seq> seqs;
  bool is_given_up = false;  // Its endpoint never took it. Not stored.
};

// To the dead-letter queue. Carries the entry whole; its body stays where it is in the log.
struct Moved {
  QueueId from = {};
  Seq from_seq = {};
  QueueId to = {};
  Seq seq = {};
  Instant sent = {};
  Body body = {};
  std::string_view group = {};
  QueueId origin_queue = {};
  Seq origin_seq = {};
  std::uint32_t receive_count = 0;
  Instant first_received = {};
  std::uint16_t redrives = 0;
  std::optional<Share> share = {};  // Of the body. What it says of damage is not stored.
};

// The message's Sent fact, as it was, now lies here: at the end of this one. The log before can be
// trimmed.
struct Relocated {
  QueueId queue = {};
  Seq seq = {};
  std::string_view sent = {};  // With its length in front.
};

// What lies at `position`, where the message's Sent fact should be, cannot be read any more: the
// message is given to nobody again. Says nothing of one that lies elsewhere by now.
struct Damaged {
  QueueId queue = {};
  Seq seq = {};
  Position position = {};
};

// A task begins to move messages out of the queue. Of its tasks those that are too many are
// forgotten, the oldest first.
struct MoveTaskStarted {
  QueueId queue = {};
  Seq task = {};
  Instant at = {};
  std::optional<QueueName> destination = {};
  std::uint32_t rate = 0;  // Messages a second; 0: no limit.
  std::uint64_t to_move = 0;
  MovePace pace = MovePace::steady;
};

// As if it were sent anew: another id, nothing left of its receives and where it came from. Carries
// the entry whole, and how far its task is with it; its body stays where it is.
struct Redriven {
  QueueId from = {};
  Seq from_seq = {};
  QueueId to = {};
  Seq seq = {};
  Instant at = {};
  Body body = {};
  std::string_view group = {};
  QueueId origin_queue = {};
  Seq origin_seq = {};
  std::uint16_t redrives = 0;
  Seq task = {};  // Zero: none, as somebody chose the message. Then the next two are, too.
  std::uint64_t moved = 0;
  Duration lag{0};
  std::optional<Share> share = {};
};

// It moves nothing any more.
struct MoveTaskEnded {
  QueueId queue = {};
  Seq task = {};
  MoveTaskStatus status = MoveTaskStatus::completed;
  MoveTaskFailure failure = MoveTaskFailure::none;
};

// The conversation (a group of a FIFO queue) is given to nobody from now on, with all that is in it
// and all that comes, until it is unparked.
struct ConversationParked {
  QueueId queue = {};
  std::string_view group = {};
  Instant at = {};
};

// It goes on where it stopped. Also recorded before the last message of a parked conversation goes:
// what it was then says nothing of a conversation of that name that begins later.
struct ConversationUnparked {
  struct Forgiven {
    Seq seq = {};
    std::uint32_t receive_count = 0;  // So many of its receives count no more.

    friend bool operator==(const Forgiven&, const Forgiven&) = default;
  };
  QueueId queue = {};
  std::string_view group = {};
  std::vector<Forgiven> forgiven = {};
};

// One message for each delivery, all in one fact: either every queue has it or none. The body is
// stored once, as a Sent fact of no queue with the publication as its seq; it has the topic's
// deduplication key.
struct Published {
  struct Delivery {
    QueueId queue = {};
    Seq seq = {};  // Higher than that of the one before, the first than the publication's.
    SubscriptionId subscription = {};
    bool is_grouped = false;            // It has the publication's group.
    bool is_raw = false;                // It goes without an envelope.
    Protocol protocol = Protocol::sqs;  // Whose text it has.
    std::uint16_t delay_seconds = 0;    // Standard queues.
    Hash128 deduplication_key = {};     // FIFO: of the queue. A delivery queue's has none.

    friend bool operator==(const Delivery&, const Delivery&) = default;
  };
  TopicId topic = {};
  std::vector<Delivery> deliveries = {};
  std::string_view body =
      {};             // With its length in front. Without a record if nothing is delivered.
  Sent message = {};  // What these bytes say.
};

// The body, as it was, now lies here, for all that share it.
struct SharedBodyRelocated {
  Seq publication = {};
  std::string_view body = {};  // With its length in front.
};

// What lies at `position`, where the body should be, cannot be read any more. Each message that
// shares it is marked by a fact of its own when it would be given.
struct SharedBodyDamaged {
  Seq publication = {};
  Position position = {};
};

using Fact = std::variant<Founded,
                          QueueCreated,
                          QueueChanged,
                          QueueDeleted,
                          Purged,
                          Sent,
                          Leased,
                          Removed,
                          Moved,
                          Relocated,
                          Damaged,
                          MoveTaskStarted,
                          Redriven,
                          MoveTaskEnded,
                          ConversationParked,
                          ConversationUnparked,
                          TopicCreated,
                          TopicChanged,
                          TopicDeleted,
                          SubscriptionCreated,
                          SubscriptionChanged,
                          SubscriptionConfirmed,
                          SubscriptionDeleted,
                          Published,
                          SharedBodyRelocated,
                          SharedBodyDamaged,
                          SigningKeySet,
                          SubscriptionDeactivated>;

}  // namespace mailrail::engine
