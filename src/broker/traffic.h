// Traffic: what went through the queues and topics since the server started, for metrics, console
// and doctor.
//
// It sees each fact that a turn records, not those that are replayed, and is told what facts do not
// show. It counts by queue and by topic, and in totals that a deleted queue's numbers stay in, and
// keeps the last few thousand events for who follows them. What it counts decides nothing. It lives
// on the engine thread, and its memory is bounded by the queues and topics that there are.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/ids.h"
#include "base/time.h"
#include "broker/busiest.h"
#include "broker/consumers.h"
#include "broker/processing.h"
#include "engine/engine.h"

namespace mailrail::broker {

// How large messages were: how many had at most so many bytes, and more than the bound before.
struct Sizes {
  static constexpr std::array<std::uint64_t, 7> bounds{256,    1024,    4096,     16'384,
                                                       65'536, 262'144, 1'048'576};

  std::array<std::uint64_t, bounds.size() + 1> counts{};  // The last: more than any bound.
  std::uint64_t bytes = 0;

  void add(std::uint64_t size);
};

struct QueueTraffic {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;  // A message counts each time.
  std::uint64_t deleted = 0;
  std::uint64_t empty_receives = 0;
  std::uint64_t empty_short_polls = 0;  // Those of them that did not wait.
  std::uint64_t dead_lettered = 0;      // Moved out of this queue,
  std::uint64_t redriven = 0;           // and by a move task.
  std::uint64_t expired = 0;
  std::uint64_t dropped = 0;  // To make room in a queue that was full.
  Sizes sizes = {};           // Of the messages sent.
  Instant last_asked = {};    // When somebody last received, or tried to. Zero: not yet.
  Instant last_sent = {};
  ProcessingTimes processing = {};  // Of messages whose timeout nobody chose or changed.
  Busiest busiest = {};
};

struct TopicTraffic {
  std::uint64_t published = 0;
  std::uint64_t published_bytes = 0;
  std::uint64_t delivered = 0;  // To a queue of the subscription's, or taken by its endpoint.
  std::uint64_t filtered_out = 0;
  std::uint64_t failed = 0;  // Neither: dead letters and what is gone.
};

// What became of one publication that concerns no delivery queue: these tell later.
struct FanOutTraffic {
  std::uint64_t delivered = 0;
  std::uint64_t filtered_out = 0;
  std::uint64_t failed = 0;
};

struct TrafficEvent {
  enum class Kind : std::uint8_t {
    sent,
    received,
    deleted,
    dead_lettered,
    redriven,
    expired,
    parked,
    unparked,
    dropped,
  };

  Kind kind = Kind::sent;
  QueueId queue = {};
  Seq seq = {};  // None if it is about a whole conversation.
  Instant at = {};
  std::uint32_t receive_count = 0;  // After it.
  std::string group = {};           // Empty: none.
};

std::string_view name_of(TrafficEvent::Kind kind);

class Traffic final : public engine::Witness {
 public:
  static constexpr std::size_t events_kept_max = 4096;

  // The engine is only looked at.
  explicit Traffic(const engine::Engine& engine) : engine_(engine) {}

  // --- What the broker tells.

  void begin_turn(Instant now) {
    now_ = now;
    if (since_ == Instant{}) since_ = now;
  }
  void recorded(const engine::Fact& fact) override;
  // Calls that wait for messages now.
  void count_waiting(std::size_t waiting) { waiting_ = waiting; }

  // --- What calls tell, in their decide().

  enum class Poll : std::uint8_t { was_short, was_long };
  void received_nothing(QueueId queue, Poll poll);
  // By whoever has the handle, whether it is still good or not.
  void delete_asked(const engine::ReceiptHandle& handle);
  void fanned_out(TopicId topic, const FanOutTraffic& traffic);

  // --- Numbers. Those of a queue or topic that never had any are zero.

  const QueueTraffic& of(QueueId queue) const;
  const TopicTraffic& of(TopicId topic) const;
  // Of all queues and topics that there ever were, delivery queues left out.
  const QueueTraffic& all_queues() const { return all_queues_; }
  const TopicTraffic& all_topics() const { return all_topics_; }
  std::size_t waiting() const { return waiting_; }
  // When it began to count.
  Instant since() const { return since_; }

  // --- Who receives.

  Consumers& consumers() { return consumers_; }
  const Consumers& consumers() const { return consumers_; }

  // --- Events, numbered from 0 on.

  // The number that the next event gets.
  std::uint64_t next_event() const { return next_event_; }
  struct Followed {
    std::vector<TrafficEvent> events;  // In order, at most so many.
    std::uint64_t next = 0;            // To go on from.
    std::uint64_t missed = 0;          // Events before the first that are kept no more.
  };
  Followed events_from(std::uint64_t number, std::size_t count_max) const;

 private:
  struct Numbers {
    QueueTraffic traffic = {};
    bool is_delivery_queue = false;
  };

  void on(const engine::Sent& fact);
  void on(const engine::Published& fact);
  void on(const engine::Leased& fact);
  void on(const engine::Purged& fact);
  void on(const engine::Removed& fact);
  void on(const engine::Moved& fact);
  void on(const engine::Redriven& fact);
  void on(const engine::ConversationParked& fact);
  void on(const engine::ConversationUnparked& fact);
  void on(const engine::QueueDeleted& fact);
  void on(const engine::TopicDeleted& fact);
  template <class OtherFact>
  void on(const OtherFact&) {}

  Numbers& numbers_of(QueueId queue);
  // Adds to the queue's number, and to the total unless it is a delivery queue's.
  void count(Numbers& numbers, std::uint64_t QueueTraffic::* number, std::uint64_t added = 1);
  void count(TopicId topic, std::uint64_t TopicTraffic::* number, std::uint64_t added = 1);
  struct Arrival {
    QueueId queue;
    Seq seq;
    std::string_view group;
    std::uint64_t bytes;
  };
  void count_sent(const Arrival& arrival);
  struct Happening {
    TrafficEvent::Kind kind;
    QueueId queue;
    Seq seq = {};
    std::uint32_t receive_count = 0;
    std::string_view group = {};
  };
  void lease_over(QueueId queue, Seq seq, std::uint32_t receive_count);
  // Nothing of a delivery queue.
  void tell(const Numbers& numbers, const Happening& happening);

  struct Hash {
    template <class Id>
    std::size_t operator()(Id id) const {
      return std::size_t{id.value()} * 0x9e3779b97f4a7c15;
    }
  };

  const engine::Engine& engine_;
  Instant now_{};
  Instant since_{};
  boost::unordered_flat_map<QueueId, Numbers, Hash> queues_;
  boost::unordered_flat_map<TopicId, TopicTraffic, Hash> topics_;
  QueueTraffic all_queues_;
  TopicTraffic all_topics_;
  std::size_t waiting_ = 0;
  Receives receives_;
  Consumers consumers_;
  std::optional<engine::ReceiptHandle> asked_;  // For the delete that was asked for last.

  std::vector<TrafficEvent> events_;  // A ring once it is full.
  std::uint64_t next_event_ = 0;
};

}  // namespace mailrail::broker
