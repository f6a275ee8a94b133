// Forecast: when what grows reaches its limit, if it goes on as it did in the last hours.
//
// It is given a sample now and then and keeps a bounded number of them, evenly apart. What it says
// is the median of the slopes between them, so that neither a checkpoint that comes and goes nor
// one large delete turns it. Pure: it asks no clock.

#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"

namespace mailrail::ops {

class Forecast {
 public:
  static constexpr Duration sample_interval = 5min;
  static constexpr Duration window = 6h;
  static constexpr Duration history_min = 15min;  // Less says nothing.

  // Samples that come sooner after the last one are left out; time does not go back.
  void add(Instant at, std::uint64_t bytes);

  // From the last sample on. Nothing if it does not grow, or too little is known.
  std::optional<Duration> until_full(std::uint64_t limit_bytes) const;
  // Bytes a day; negative if it shrinks. Nothing if too little is known.
  std::optional<double> growth_per_day() const;

 private:
  struct Sample {
    Instant at;
    std::uint64_t bytes = 0;
  };

  std::optional<double> bytes_per_second() const;

  std::deque<Sample> samples_;  // The oldest first, at most the window's.
};

}  // namespace mailrail::ops
