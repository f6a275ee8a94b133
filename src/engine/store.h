// Store: what the messages of all queues are made of, shared so that memory is pooled and one wheel
// turns for everyone.
//
// Contents (one per queue) arrange what lies here; the engine owns both.

#pragma once

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "engine/entry.h"
#include "engine/groups.h"
#include "engine/live_bytes.h"
#include "engine/pool.h"
#include "engine/shared_bodies.h"
#include "engine/timing_wheel.h"

namespace mailrail::engine {

struct Store {
  struct LeaseAccess {
    Store* store;
    Delivery& delivery(Index entry) { return store->deliveries[store->entries[entry].delivery]; }
    Index& previous(Index entry) { return delivery(entry).wheel_previous; }
    Index& next(Index entry) { return delivery(entry).wheel_next; }
    Instant due(Index entry) { return delivery(entry).until; }
  };
  struct DelayAccess {
    Store* store;
    Index& previous(Index entry) { return store->entries[entry].previous; }
    Index& next(Index entry) { return store->entries[entry].next; }
    Instant due(Index entry) {
      return store->entries[entry].sent + std::chrono::seconds(store->entries[entry].delay_seconds);
    }
  };

  explicit Store(std::uint64_t seed) : groups(seed) {}
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Where the message's body lies.
  Body body_of(const Entry& entry) const {
    return entry.is_shared ? shared[entry.part.body].body()
                           : Body{.position = entry.position, .length = entry.length};
  }
  std::optional<Share> share_of(const Entry& entry) const {
    if (!entry.is_shared) return std::nullopt;
    const SharedBody& body = shared[entry.part.body];
    return Share{.topic = body.topic,
                 .publication = body.publication,
                 .subscription = SubscriptionId(entry.part.subscription),
                 .is_raw = entry.is_raw,
                 .protocol = entry.protocol,
                 .is_body_damaged = body.is_damaged};
  }

  Pool<Entry> entries;
  Pool<Delivery> deliveries;
  Slabs indices;                    // Those by sequence number, of all contents.
  std::uint64_t oldest_bytes = 0;   // Of what finds the oldest messages.
  std::uint64_t parking_bytes = 0;  // Of what they remember of poison conversations.
  Groups groups;
  LiveBytes live;                      // Of the bodies of all entries.
  SharedBodies shared{live, indices};  // Those that several may have.
  TimingWheel<LeaseAccess> leases{
      LeaseAccess{this}};  // Entries in flight, by the end of their lease.
  TimingWheel<DelayAccess> delays{DelayAccess{this}};  // Delayed entries of standard queues.
  std::set<std::pair<Instant, Index>>
      fifo_due;                // Contents of delaying FIFO queues, by when the next message is due.
  std::vector<QueueId> woken;  // Queues that may have something to receive since last asked.
};

}  // namespace mailrail::engine
