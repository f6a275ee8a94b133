// Durations: how long something took, in a histogram that one thread writes and any may read.
//
// Numbers are atomics that only their writer changes, so counting takes no lock and waits for
// nobody. A reader may see a count without its time for a moment; sums of what it read never go
// back.

#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace mailrail::metrics {

// What was read of one, or of several together.
struct DurationCounts {
  // Upper bounds in seconds: from a commit on a fast disk to the longest long poll.
  static constexpr std::array<double, 13> bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                 0.1,    0.25,  0.5,    1,     5,    20};

  std::array<std::uint64_t, bounds.size() + 1> counts{};  // The last: longer than any.
  std::chrono::nanoseconds sum{0};

  std::uint64_t count() const {
    std::uint64_t all = 0;
    for (const std::uint64_t each : counts) all += each;
    return all;
  }
  // The largest bound that more than this share of them was longer than, in seconds. Nothing if
  // there is none.
  std::optional<double> exceeded_by(double share) const {
    std::uint64_t longer = 0;
    for (std::size_t i = bounds.size(); i > 0; --i) {
      longer += counts[i];
      if (static_cast<double>(longer) > share * static_cast<double>(count())) return bounds[i - 1];
    }
    return std::nullopt;
  }
  void add(std::chrono::nanoseconds duration) {
    counts[bucket_of(duration)] += 1;
    sum += duration;
  }
  static std::size_t bucket_of(std::chrono::nanoseconds duration) {
    const double seconds = std::chrono::duration<double>(duration).count();
    std::size_t bucket = 0;
    while (bucket < bounds.size() && seconds > bounds[bucket]) ++bucket;
    return bucket;
  }
  DurationCounts& operator+=(const DurationCounts& other) {
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
    sum += other.sum;
    return *this;
  }
};

class Durations {
 public:
  // By one thread.
  void add(std::chrono::nanoseconds duration) {
    increase(counts_[DurationCounts::bucket_of(duration)], 1);
    increase(nanoseconds_, static_cast<std::uint64_t>(duration.count()));
  }

  // By any thread.
  DurationCounts read() const {
    DurationCounts read;
    for (std::size_t i = 0; i < counts_.size(); ++i)
      read.counts[i] = counts_[i].load(std::memory_order_relaxed);
    read.sum = std::chrono::nanoseconds(nanoseconds_.load(std::memory_order_relaxed));
    return read;
  }

 private:
  static void increase(std::atomic<std::uint64_t>& number, std::uint64_t by) {
    number.store(number.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  std::array<std::atomic<std::uint64_t>, DurationCounts::bounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> nanoseconds_ = 0;
};

}  // namespace mailrail::metrics
