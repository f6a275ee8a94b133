// Outage: a log that is out of reach: when to try again, and what is said of it.
//
// It is said once that it began and once that it is over. Tries are further and further apart, up
// to two seconds.

#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "base/time.h"

namespace mailrail::server {

class Outage {
 public:
  // A try has failed. True if that is news: the one before had not.
  bool began(Duration now) {
    wait_ = wait_ == Duration(0) ? wait_min : std::min(2 * wait_, wait_max);
    next_try_ = now + wait_;
    if (since_) return false;
    since_ = now;
    return true;
  }

  // A try has not failed. How long the outage lasted, if there was one.
  std::optional<Duration> ended(Duration now) {
    wait_ = Duration(0);
    next_try_ = now;
    if (!since_) return std::nullopt;
    return now - *std::exchange(since_, std::nullopt);
  }

  Duration next_try() const { return next_try_; }

 private:
  static constexpr Duration wait_min = 100ms;
  static constexpr Duration wait_max = 2s;

  Duration wait_{};
  Duration next_try_{};
  std::optional<Duration> since_;
};

}  // namespace mailrail::server
