// Histogram: how long things took, counted in buckets, so that a run of any length keeps the same
// memory and loses no slow one.
//
// Buckets are log-linear: each power of two is cut into 1,024 equal parts. So a percentile is never
// less than what was measured, and at most 1/1,024 (0.1 %) more; below two microseconds it is
// exact, and so is the longest. What is longer than 73 minutes counts as that long, save for the
// longest.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mailrail::load {

class Histogram {
 public:
  Histogram();

  // What is negative counts as 0.
  void record(std::chrono::nanoseconds took);

  std::uint64_t count() const { return count_; }

  // So long or less took that share of all, 0 < share <= 1; of 1 it is the longest. 0 if there are
  // none.
  std::chrono::nanoseconds percentile(double share) const;

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds longest_{0};
};

}  // namespace mailrail::load
