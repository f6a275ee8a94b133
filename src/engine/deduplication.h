// Deduplication: which ids were sent in the last five minutes, whatever became of the messages.
//
// A ring of tables, each for 30 seconds of sends and dropped whole when its last id is out of the
// window, so nothing is ever searched for to be forgotten. Each table is cut into shards, so that
// no growth step is large; they are of unequal sizes, so that not all of them are half empty at
// once.

#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/ids.h"
#include "base/mapped_allocator.h"
#include "base/time.h"
#include "engine/checkpoint.h"
#include "engine/fact.h"

namespace mailrail::engine {

class Deduplication {
 public:
  // The id's first send, at `at`. Instants must not go back by more than the window.
  void remember(Hash128 key, Seq seq, Instant at);

  // The message that a send at `now` with this id would be a duplicate of.
  std::optional<Seq> find(Hash128 key, Instant now) const;

  // Drops the tables that `now` has left behind.
  void forget(Instant now);

  std::uint64_t memory_bytes() const { return memory_bytes_; }

  // What one shard of one table knows, in the order of the keys, and moves on to the next. Begin
  // with the zero instant and shard 0; nothing after the last.
  std::optional<std::vector<KeptDeduplication::Id>> next_shard(Instant& table,
                                                               std::size_t& shard) const;

  // Independent of the order in which ids came: for comparing states.
  std::uint64_t hash(Instant now) const;

 private:
  struct Id {
    Hash128 key;
    std::uint64_t seq : 48;
    std::uint64_t after_ms : 16;  // From the table's begin.
  };
  static_assert(sizeof(Id) == 24);
  struct Hash {
    using is_avalanching = void;
    std::size_t operator()(const Id& id) const { return id.key.low; }
  };
  struct Equal {
    bool operator()(const Id& left, const Id& right) const { return left.key == right.key; }
  };
  // Once forgotten, a busy five minutes are the system's again.
  using Shard = boost::unordered_flat_set<Id, Hash, Equal, MappedAllocator<Id>>;
  struct Table {
    Instant begin;
    std::vector<Shard> shards;
    std::uint64_t memory_bytes = 0;
  };

  Table& table_for(Instant at);

  std::deque<Table> tables_;  // Oldest first.
  std::uint64_t memory_bytes_ = 0;
};

}  // namespace mailrail::engine
