#include "broker/consumer.h"

#include <algorithm>
#include <limits>

namespace mailrail::broker {

void LastSeconds::add(Instant now) {
  const std::int64_t second = unix_seconds(now);
  for (std::int64_t each = std::max(newest_ + 1, second - kept); each <= second; ++each)
    counts_[static_cast<std::size_t>(each % places)] = 0;
  newest_ = std::max(newest_, second);
  counts_[static_cast<std::size_t>(second % places)] += 1;
}

std::uint32_t LastSeconds::count(Instant now) const {
  const std::int64_t second = unix_seconds(now);
  std::uint32_t sum = 0;
  for (std::int64_t each = second - kept; each < second && each <= newest_; ++each) {
    if (each > newest_ - places) sum += counts_[static_cast<std::size_t>(each % places)];
  }
  return sum;
}

void LastDurations::add(Duration took) {
  const std::int64_t longest = std::numeric_limits<std::uint32_t>::max();
  milliseconds_[count_++ % kept_max] =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(took.count(), 0, longest));
}

std::optional<Duration> LastDurations::median() const {
  if (count_ == 0) return std::nullopt;
  auto sorted = milliseconds_;
  const std::size_t count = std::min(count_, kept_max);
  auto* const middle = sorted.begin() + (count - 1) / 2;
  std::nth_element(sorted.begin(), middle, sorted.begin() + count);
  return Duration(*middle);
}

}  // namespace mailrail::broker
