#include "load/histogram.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace mailrail::load {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

TEST(LoadHistogram, SaysNothingOfNothing) {
  const Histogram histogram;

  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.percentile(0.99), 0ns);
  EXPECT_EQ(histogram.percentile(1), 0ns);
}

TEST(LoadHistogram, IsExactBelowTwoMicroseconds) {
  for (const auto each : {0ns, 1ns, 1023ns, 1024ns, 2047ns}) {
    Histogram histogram;
    histogram.record(each);
    histogram.record(5s);

    EXPECT_EQ(histogram.percentile(0.5), each);
  }
}

TEST(LoadHistogram, KeepsItsBoundOfErrorForEveryMagnitude) {
  SeededRandom random(7);
  for (int bits = 1; bits < 42; ++bits) {
    for (int i = 0; i < 200; ++i) {
      const nanoseconds value((std::int64_t{1} << bits) +
                              static_cast<std::int64_t>(random.below(std::uint64_t{1} << bits)));
      Histogram histogram;
      histogram.record(value);
      histogram.record(10h);

      const nanoseconds told = histogram.percentile(0.5);

      EXPECT_GE(told, value);
      EXPECT_LE(static_cast<double>(told.count()),
                static_cast<double>(value.count()) * (1 + 1.0 / 1024))
          << value.count();
    }
  }
}

TEST(LoadHistogram, TellsThePercentilesThatSortingWouldTell) {
  SeededRandom random(11);
  Histogram histogram;
  std::vector<nanoseconds> all;
  for (int i = 0; i < 10'000; ++i) {
    all.emplace_back(static_cast<std::int64_t>(random.below(std::uint64_t{1} << random.below(36))));
    histogram.record(all.back());
  }
  std::ranges::sort(all);

  for (const double share : {0.0001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    const auto place = static_cast<std::size_t>(std::ceil(share * 10'000)) - 1;
    EXPECT_GE(histogram.percentile(share), all[place]) << share;
    EXPECT_LE(static_cast<double>(histogram.percentile(share).count()),
              static_cast<double>(all[place].count()) * (1 + 1.0 / 1024))
        << share;
  }
  EXPECT_EQ(histogram.percentile(1), all.back());
}

TEST(LoadHistogram, LosesNothingThatTookLongerThanItsLastBucket) {
  Histogram histogram;
  histogram.record(1ms);
  histogram.record(24h);

  EXPECT_EQ(histogram.count(), 2U);
  EXPECT_EQ(histogram.percentile(0.5), 1'000'447ns);
  EXPECT_EQ(histogram.percentile(1), 24h);
}

TEST(LoadHistogram, TakesWhatIsNegativeForNothing) {
  Histogram histogram;
  histogram.record(-5ns);

  EXPECT_EQ(histogram.percentile(1), 0ns);
}

}  // namespace
}  // namespace mailrail::load
