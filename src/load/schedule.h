// Schedule: when each message is due, at a fixed rate from a start.
//
// It knows nothing of answers: a server that stalls does not slow it down. Whoever measures from
// these instants sees the wait of every message that should have left meanwhile, not only that of
// the one that was under way (no coordinated omission).

#pragma once

#include <chrono>
#include <cstdint>

namespace mailrail::load {

using Time = std::chrono::steady_clock::time_point;

class Schedule {
 public:
  // `per_second` is at least 1.
  Schedule(Time start, std::uint64_t per_second) : start_(start), per_second_(per_second) {}

  // Of the message of that number, from 0 on. Exact: errors do not add up.
  Time due(std::uint64_t number) const {
    constexpr std::uint64_t second = 1'000'000'000;
    const std::uint64_t rest = number % per_second_ * second / per_second_;
    return start_ + std::chrono::seconds(number / per_second_) + std::chrono::nanoseconds(rest);
  }

 private:
  Time start_;
  std::uint64_t per_second_;
};

}  // namespace mailrail::load
