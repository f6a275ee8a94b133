// SharedBodies: what was published once for many queues, each body for as long as any message has
// it.
//
// One is found by its publication's number. How many messages share it is derived from them and
// never stored: who adds a message joins, who removes it leaves, and with the last one the body is
// gone from here and counts no more as live.

#pragma once

#include <cstdint>

#include "base/ids.h"
#include "engine/entry.h"
#include "engine/live_bytes.h"
#include "engine/pool.h"
#include "engine/seq_index.h"

namespace mailrail::engine {

struct SharedBody {
  Seq publication;
  Position position;
  std::uint32_t length = 0;
  std::uint32_t messages = 0;  // That share it.
  TopicId topic;
  bool is_damaged = false;  // It cannot be read: the log need not keep what is left of it.

  Body body() const { return {.position = position, .length = length}; }
};

class SharedBodies {
 public:
  // The index lies in the slabs.
  SharedBodies(LiveBytes& live, Slabs& slabs) : live_(live), index_(slabs) {}
  SharedBodies(const SharedBodies&) = delete;
  SharedBodies& operator=(const SharedBodies&) = delete;

  // The publication's; if there is none, one that nobody has joined yet. What there is stays as it
  // is.
  Index obtain(Seq publication, TopicId topic, const Body& body);
  void join(Index body) { bodies_[body].messages += 1; }
  void leave(Index body);
  void relocate(Index body, Position position);
  void mark_damaged(Index body);

  // no_index if absent; or the next one from there on.
  Index find(Seq publication) const { return index_.find(publication); }
  Index first_from(Seq publication) const { return index_.first_from(publication); }
  const SharedBody& operator[](Index body) const { return bodies_[body]; }
  std::size_t size() const { return bodies_.size(); }

  // Without the index; see Pool.
  std::uint64_t memory_bytes() const { return bodies_.memory_bytes(); }
  std::uint64_t used_bytes() const { return bodies_.used_bytes(); }

 private:
  LiveBytes& live_;
  Pool<SharedBody> bodies_;
  SeqIndex index_;
};

}  // namespace mailrail::engine
