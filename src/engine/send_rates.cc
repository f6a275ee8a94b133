#include "engine/send_rates.h"

#include <algorithm>

#include "engine/heap.h"

namespace mailrail::engine {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t millisecond = 1'000'000;
constexpr std::int64_t held_min = 10;  // Tokens: a batch.

}  // namespace

std::optional<Duration> SendRates::take(const Wanted& wanted, Instant now) {
  const std::int64_t interval = second / wanted.per_second;
  const std::int64_t capacity = std::max(second, held_min * interval);
  const std::int64_t now_ns = unix_ms(now) * millisecond;
  const auto known = spent_until_.find(wanted.queue);
  const std::int64_t before = known == spent_until_.end() ? 0 : known->second;
  const std::int64_t spent =
      std::max(before, now_ns - capacity) + static_cast<std::int64_t>(wanted.messages) * interval;
  const std::int64_t late = std::max<std::int64_t>(spent - now_ns, 0);
  const Duration wait((late + millisecond - 1) / millisecond);
  if (wait > wanted.patience) return std::nullopt;
  spent_until_[wanted.queue] = spent;
  return wait;
}

std::uint64_t SendRates::memory_bytes() const {
  return spent_until_.size() * heap_bytes_of_node<decltype(spent_until_)>();
}

}  // namespace mailrail::engine
