// Consumers: who receives from the queues, for people who look at one.
//
// Calls tell it whom they gave what, Traffic what became of it. It decides nothing, lives on the
// engine thread, and begins anew with the process. What it knows is bounded: so many consumers of a
// queue and in all, so many messages that are out at a time. A queue's consumers that find no place
// are counted together; where there are too many in all, who was not seen for longest is forgotten.

#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "broker/consumer.h"
#include "engine/engine.h"

namespace mailrail::broker {

class Consumers {
 public:
  static constexpr std::size_t of_queue_max = 64;  // Beside the others of it.
  static constexpr std::size_t all_max = 4096;
  // Of messages beyond these nobody learns how long they took, or that they came back.
  static constexpr std::size_t leases_max = 16'384;
  // So long nobody of a queue has to go for another one: three times the longest long poll.
  static constexpr Duration kept_for = 1min;

  // --- What calls tell, in their decide().

  // It asks, for the first time or again.
  ConsumerId asks(QueueId queue, const Consumer& who, Instant now);
  struct Given {
    std::span<const engine::ReceivedMessage> messages = {};
    Instant until = {};  // Their leases end, unless somebody changes that.
  };
  void answered(ConsumerId id, const Given& given, Instant now);

  // --- What waiters tell. Of nobody, or of somebody who is forgotten, nothing is counted.

  void waits(ConsumerId id);
  void waits_no_more(ConsumerId id);

  // --- What Traffic tells.

  // Of its message, by this handle.
  void deleted(const engine::ReceiptHandle& handle, Instant now);
  void lease_moved(const engine::ReceiptHandle& handle, Instant until, Instant now);
  // Its message is no longer what it was: gone, or given to somebody again.
  void lease_over(const engine::ReceiptHandle& handle, Instant now);
  void purged(QueueId queue, Seq below, Instant now);
  void queue_deleted(QueueId queue);

  // --- For who looks.

  // In no order that means anything.
  std::vector<ConsumerRecord> of(QueueId queue, Instant now) const;
  std::size_t size() const { return records_.size(); }

 private:
  using Records = std::list<ConsumerRecord>;
  struct Place {
    std::size_t hash;
    Records::iterator record;
  };
  struct OfQueue {
    std::vector<Place> places;
    std::optional<Records::iterator> others;
  };
  struct Lease {
    ConsumerId consumer;
    Instant since;
    Instant until;
  };
  struct HashId {
    std::size_t operator()(ConsumerId id) const { return id.value() * 0x9e3779b97f4a7c15; }
    std::size_t operator()(QueueId id) const { return id.value() * 0x9e3779b97f4a7c15; }
    std::size_t operator()(const engine::ReceiptHandle& handle) const;
  };
  using Leases = boost::unordered_flat_map<engine::ReceiptHandle, Lease, HashId>;

  ConsumerRecord* find(ConsumerId id);
  std::optional<Records::iterator> find(QueueId queue, const Consumer& who, std::size_t hash) const;
  bool makes_room_in(QueueId queue, Instant now);
  Records::iterator add(QueueId queue, const Consumer& who, std::size_t hash, Instant now);
  void forget(Records::iterator record);
  void forget_record(Records::iterator record);
  void end(Leases::iterator lease, Instant now);
  bool has_room_for_lease(Instant now);

  Records records_;  // Whoever was seen last comes first.
  boost::unordered_flat_map<ConsumerId, Records::iterator, HashId> by_id_;
  boost::unordered_flat_map<QueueId, OfQueue, HashId> queues_;
  Leases leases_;
  Instant swept_at_ = {};  // When leases that are over were last looked for, to make room.
  std::uint64_t last_id_ = 0;
};

}  // namespace mailrail::broker
