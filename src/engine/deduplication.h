// Deduplication: which ids were sent in the last five minutes, whatever became of the messages.
//
// A ring of tables, each for 30 seconds of sends and dropped whole when its last id is out of the
// window, so nothing is ever searched for to be forgotten. Each table is cut into shards, so that
// no growth step is large.

#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/ids.h"
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

  // What one shard of one table knows, in the order of the keys, and moves on to the next. Begin
  // with the zero instant and shard 0; nothing after the last.
  std::optional<std::vector<KeptDeduplication::Id>> next_shard(Instant& table,
                                                               std::size_t& shard) const;

  // Independent of the order in which ids came: for comparing states.
  std::uint64_t hash(Instant now) const;

 private:
  struct Id {  // 28 bytes: four-byte fields keep it from being padded to 32.
    std::array<std::uint32_t, 4> key;
    std::array<std::uint32_t, 2> seq;
    std::uint32_t after_ms;  // From the table's begin.
  };
  struct Hash {
    using is_avalanching = void;
    std::size_t operator()(const Id& id) const {
      return id.key[0] | std::uint64_t{id.key[1]} << 32;
    }
  };
  struct Equal {
    bool operator()(const Id& left, const Id& right) const { return left.key == right.key; }
  };
  using Shard = boost::unordered_flat_set<Id, Hash, Equal>;
  struct Table {
    Instant begin;
    std::vector<Shard> shards;
  };

  static Id id_of(Hash128 key);
  Table& table_for(Instant at);

  std::deque<Table> tables_;  // Oldest first.
};

}  // namespace mailrail::engine
