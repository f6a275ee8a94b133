// Oldest: when the oldest of a queue's messages was sent, found without looking at them all.
//
// Messages lie in the order of their numbers, and that is the order of their times, except that a
// move to a standard dead-letter queue brings messages older than what is there. These are counted
// by their times. Of all others the first is the oldest; a cursor that only goes forward finds it,
// so that each message is passed once. All of it is derived, nothing is stored.

#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include "base/ids.h"
#include "base/time.h"
#include "engine/heap.h"

namespace mailrail::engine {

class Oldest {
 public:
  // What it takes of the heap is added to `memory_bytes`, which many may share.
  explicit Oldest(std::uint64_t& memory_bytes) : memory_bytes_(memory_bytes) {}
  Oldest(const Oldest&) = delete;
  Oldest& operator=(const Oldest&) = delete;
  ~Oldest() { memory_bytes_ -= strays_.size() * bytes_each; }

  // A message that comes in the order of times.
  void came(Seq seq) { cursor_ = std::min(cursor_, seq); }
  // One that does not, and its end.
  void strayed(Instant sent) {
    const auto [times, is_new] = strays_.try_emplace(sent, 0);
    times->second += 1;
    if (is_new) memory_bytes_ += bytes_each;
  }
  void stray_went(Instant sent) {
    const auto times = strays_.find(sent);
    if (--times->second > 0) return;
    strays_.erase(times);
    memory_bytes_ -= bytes_each;
  }

  // No message before it counts, but for strays.
  Seq cursor() const { return cursor_; }
  void pass(Seq seq) { cursor_ = seq + 1; }

  // Of the strays and the one that the cursor is at, if there is one.
  std::optional<Instant> time(std::optional<Instant> at_cursor) const {
    if (strays_.empty()) return at_cursor;
    const Instant stray = strays_.begin()->first;
    return at_cursor ? std::min(*at_cursor, stray) : stray;
  }

 private:
  using Strays = std::map<Instant, std::uint32_t>;
  static constexpr std::uint64_t bytes_each = heap_bytes_of_node<Strays>();

  Seq cursor_{0};
  Strays strays_;  // How many were sent when.
  std::uint64_t& memory_bytes_;
};

}  // namespace mailrail::engine
