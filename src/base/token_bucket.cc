#include "base/token_bucket.h"

#include <algorithm>

namespace mailrail {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t millisecond = 1'000'000;
constexpr std::int64_t held_min = 10;  // Tokens: a batch.

std::int64_t nanoseconds(Instant time) { return unix_ms(time) * millisecond; }

}  // namespace

std::int64_t TokenBucket::spent_after(const Wanted& wanted, Instant now) const {
  const std::int64_t interval = second / wanted.per_second;
  const std::int64_t capacity = std::max(second, held_min * interval);
  return std::max(spent_until_, nanoseconds(now) - capacity) +
         static_cast<std::int64_t>(wanted.tokens) * interval;
}

std::optional<Duration> TokenBucket::wait_for(const Wanted& wanted, Instant now) const {
  const std::int64_t late = std::max<std::int64_t>(spent_after(wanted, now) - nanoseconds(now), 0);
  const Duration wait((late + millisecond - 1) / millisecond);
  if (wait > wanted.patience) return std::nullopt;
  return wait;
}

std::optional<Duration> TokenBucket::take(const Wanted& wanted, Instant now) {
  const std::optional<Duration> wait = wait_for(wanted, now);
  if (wait) spent_until_ = spent_after(wanted, now);
  return wait;
}

bool TokenBucket::is_full(Instant now) const {
  return spent_until_ <= nanoseconds(now) - held_min * second;  // Of the slowest.
}

}  // namespace mailrail
