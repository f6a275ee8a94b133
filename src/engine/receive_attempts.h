// ReceiveAttempts: what a FIFO receive with an attempt id was given, so that the same call asked
// again within five minutes gets the same messages and handles (its answer was lost on the way).
// Unless any has changed since: whoever changed it had the answer.
//
// Filled from Leased facts, so it survives a restart like the leases themselves.

#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "engine/checkpoint.h"
#include "engine/fact.h"

namespace mailrail::engine {

class ReceiveAttempts {
 public:
  struct Given {
    Seq seq;
    std::uint32_t generation;
    Instant until;  // The end of its lease.
  };

  void remember(Hash128 attempt, Instant started, Given given);

  // Empty if the attempt is unknown or older than the window.
  std::vector<Given> find(Hash128 attempt, Instant now) const;

  void forget(Instant now);

  std::uint64_t memory_bytes() const;

  // The attempt behind `cursor`, which moves to it; begin with zeros. Nothing after the last.
  std::optional<KeptAttempt> next(std::pair<std::uint64_t, std::uint64_t>& cursor) const;

  // What is still known, in a fixed order: for comparing states.
  void write(Instant now, ByteWriter& out) const;

 private:
  struct Attempt {
    Instant started;
    std::vector<Given> given;
  };
  using Key = std::pair<std::uint64_t, std::uint64_t>;

  std::map<Key, Attempt> attempts_;
  // Oldest first; what a later attempt replaced is skipped.
  std::set<std::pair<Instant, Key>> order_;
  std::uint64_t given_bytes_ = 0;  // Of the lists in the attempts.
};

}  // namespace mailrail::engine
