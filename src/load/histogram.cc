#include "load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/check.h"

namespace mailrail::load {
namespace {

using std::chrono::nanoseconds;

constexpr int part_bits = 10;
constexpr std::uint64_t parts = std::uint64_t{1} << part_bits;  // Of each power of two.
constexpr int value_bits = 42;
constexpr std::uint64_t value_max = (std::uint64_t{1} << value_bits) - 1;  // 73 minutes.

// The first two powers' worth of buckets hold one value each.
std::size_t bucket_of(std::uint64_t value) {
  const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - part_bits - 1);
  return static_cast<std::size_t>(static_cast<std::uint64_t>(shift) * parts + (value >> shift));
}

// The largest value that is in it.
std::uint64_t end_of(std::size_t bucket) {
  if (bucket < 2 * parts) return bucket;
  const std::uint64_t shift = bucket / parts - 1;
  return ((bucket - shift * parts + 1) << shift) - 1;
}

const std::size_t bucket_count = bucket_of(value_max) + 1;

}  // namespace

Histogram::Histogram() : buckets_(bucket_count) {}

void Histogram::record(nanoseconds took) {
  took = std::max(took, nanoseconds(0));
  ++buckets_[bucket_of(std::min(static_cast<std::uint64_t>(took.count()), value_max))];
  ++count_;
  longest_ = std::max(longest_, took);
}

nanoseconds Histogram::percentile(double share) const {
  CHECK(share > 0 && share <= 1);
  if (count_ == 0) return nanoseconds(0);
  const auto wanted = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  if (wanted >= count_) return longest_;
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while ((seen += buckets_[bucket]) < wanted) ++bucket;
  return std::min(nanoseconds(end_of(bucket)), longest_);
}

}  // namespace mailrail::load
