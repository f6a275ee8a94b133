#include "engine/send_rates.h"

#include <algorithm>

#include "engine/heap.h"

namespace mailrail::engine {

std::expected<Duration, QueueId> SendRates::take(std::span<const Wanted> wanted, Instant now) {
  Duration longest{0};
  for (const Wanted& each : wanted) {
    const auto wait = buckets_[each.queue].wait_for(each.messages, now);
    if (!wait) return std::unexpected(each.queue);
    longest = std::max(longest, *wait);
  }
  for (const Wanted& each : wanted) buckets_[each.queue].take(each.messages, now);
  return longest;
}

std::uint64_t SendRates::memory_bytes() const {
  return buckets_.size() * heap_bytes_of_node<decltype(buckets_)>();
}

}  // namespace mailrail::engine
