// Checkpoint records: the engine's stored state in pieces, so that the log before it can be
// trimmed.
//
// A checkpoint is fuzzy: a sweep takes it in many short runs while turns go on (sweep.h). The
// queues and topics are as they were at its begin, all else as it was when the sweep came by.
// Replaying the facts from the begin on makes it exact, because facts are absolute: up to the
// sweep's end, facts about what is not there are passed over, and from there on that is impossible.
// Counts, lists, locks and timers are derived and not in it; bodies stay where they are in the log.
//
// The bytes are for ever, like those of facts: fields are added at the end, with a default.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "engine/entry.h"
#include "engine/fact.h"
#include "engine/move_task.h"
#include "engine/queue_attributes.h"
#include "engine/topic.h"

namespace mailrail::engine {

// Always the first record.
struct CheckpointBegin {
  std::array<char, 32> secret = {};
  Seq last_seq = {};
  QueueId last_queue = {};
  TopicId last_topic = {};
  SubscriptionId last_subscription = {};
};

struct KeptQueue {
  QueueId queue = {};
  QueueName name = {};
  QueueAttributes attributes = {};
  std::map<std::string, std::string> tags = {};
  Instant created_at = {};
  Instant changed_at = {};
  Seq purged_below = {};
};

// What a Delivery stores, and the name that its source stands for.
struct KeptDelivery {
  Instant until = {};  // Zero: received elsewhere only, before it was moved here.
  Instant lease_started = {};
  Instant first_received = {};
  QueueId origin_queue = {};
  Seq origin_seq = {};
  std::uint32_t receive_count = 0;
  std::optional<QueueName> source = {};
  std::uint32_t forgiven = 0;  // So many of the receives count no more.
  std::uint16_t redrives = 0;

  friend bool operator==(const KeptDelivery&, const KeptDelivery&) = default;
};

struct KeptMessage {
  Seq seq = {};
  Body body = {};
  Instant sent = {};
  std::uint16_t delay_seconds = 0;
  std::string_view group = {};
  std::optional<KeptDelivery> delivery = {};
  bool is_damaged = false;
  std::optional<Share> share = {};  // Of the body.

  friend bool operator==(const KeptMessage&, const KeptMessage&) = default;
};

// Neighbours in one queue, in order.
struct KeptMessages {
  QueueId queue = {};
  std::vector<KeptMessage> messages = {};
};

// The sweep has seen the whole queue: of the messages up to `through` those that it then had are in
// the records before.
struct SweptQueue {
  QueueId queue = {};
  Seq through = {};
};

struct KeptDeduplication {
  struct Id {
    Hash128 key = {};
    Seq seq = {};
    Instant at = {};

    friend bool operator==(const Id&, const Id&) = default;
  };
  std::vector<Id> ids = {};
};

struct KeptAttempt {
  struct Given {
    Seq seq = {};
    std::uint32_t generation = 0;
    Instant until = {};  // The end of the lease that was told.

    friend bool operator==(const Given&, const Given&) = default;
  };
  Hash128 attempt = {};
  Instant started = {};
  std::vector<Given> given = {};
};

// Of one queue, in the order of their ids. Like the queues they are as they were at the sweep's
// begin.
struct KeptMoveTask {
  QueueId queue = {};
  MoveTask task = {};
};

// Of the last minute, as the queues were: at the sweep's begin.
struct KeptRecent {
  struct Deletion {
    QueueName name = {};
    Instant at = {};
  };
  struct Purge {
    QueueId queue = {};
    Instant at = {};
  };
  std::vector<Deletion> deletions = {};
  std::vector<Purge> purges = {};
};

// A conversation that is parked. If nothing of it is in the records before, it says nothing: a fact
// from before the sweep's end does.
struct KeptParked {
  QueueId queue = {};
  std::string_view group = {};
  Instant since = {};
};

// Like the queues, topics and subscriptions are as they were at the sweep's begin.
struct KeptTopic {
  TopicId topic = {};
  TopicName name = {};
  TopicAttributes attributes = {};
  std::map<std::string, std::string> tags = {};
  Instant created_at = {};
  Instant changed_at = {};
  std::uint64_t deleted_subscriptions = 0;
};

struct KeptSubscription {
  SubscriptionId subscription = {};
  TopicId topic = {};
  Protocol protocol = Protocol::sqs;
  std::string endpoint = {};
  std::optional<QueueName> queue = {};
  SubscriptionState state = SubscriptionState::pending;
  bool was_authenticated = false;
  bool must_authenticate_unsubscribe = false;
  Instant since = {};
  Instant changed_at = {};
  SubscriptionAttributes attributes = {};
};

// Likewise; absent if there is none yet.
struct KeptSigningKey {
  SigningKey key = {};
};

using CheckpointRecord = std::variant<CheckpointBegin,
                                      KeptQueue,
                                      KeptMessages,
                                      SweptQueue,
                                      KeptDeduplication,
                                      KeptAttempt,
                                      KeptMoveTask,
                                      KeptRecent,
                                      KeptParked,
                                      KeptTopic,
                                      KeptSubscription,
                                      KeptSigningKey>;

// Appends the record's bytes.
void encode_record(const CheckpointRecord& record, std::string& out);

// Decodes records one behind the other and calls `visit` with each. Views in a record point into
// `bytes`.
Result<void> decode_records(std::string_view bytes,
                            const std::function<void(const CheckpointRecord&)>& visit);

// Some whole records, as one frame of a checkpoint holds them.
struct CheckpointRun {
  std::uint32_t count = 0;
  std::string payload = {};

  void add(const CheckpointRecord& record) {
    encode_record(record, payload);
    count += 1;
  }
};

}  // namespace mailrail::engine
