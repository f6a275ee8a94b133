#include "ops/forecast.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace mailrail::ops {
namespace {

// Further ahead nothing is said: it is as good as never.
constexpr double seconds_max = 10.0 * 365 * 86'400;

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

void Forecast::add(Instant at, std::uint64_t bytes) {
  if (!samples_.empty() && at < samples_.back().at + sample_interval) return;
  samples_.push_back({.at = at, .bytes = bytes});
  while (samples_.front().at + window < at) samples_.pop_front();
}

std::optional<Duration> Forecast::until_full(std::uint64_t limit_bytes) const {
  if (samples_.empty()) return std::nullopt;
  const std::uint64_t used = samples_.back().bytes;
  if (used >= limit_bytes) return Duration(0);
  const std::optional<double> speed = bytes_per_second();
  if (!speed || *speed <= 0) return std::nullopt;
  const double left = static_cast<double>(limit_bytes - used) / *speed;
  if (left > seconds_max) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(left));
}

std::optional<double> Forecast::growth_per_day() const {
  const std::optional<double> speed = bytes_per_second();
  if (!speed) return std::nullopt;
  return *speed * 86'400;
}

// The median of the slopes between all pairs.
std::optional<double> Forecast::bytes_per_second() const {
  if (samples_.size() < 2 || samples_.back().at - samples_.front().at < history_min)
    return std::nullopt;
  std::vector<double> slopes;
  for (std::size_t later = 1; later < samples_.size(); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      const double grown =
          static_cast<double>(samples_[later].bytes) - static_cast<double>(samples_[earlier].bytes);
      slopes.push_back(grown / seconds(samples_[later].at - samples_[earlier].at));
    }
  }
  const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
  std::ranges::nth_element(slopes, middle);
  return *middle;
}

}  // namespace mailrail::ops
