#include "broker/consumer.h"

#include <gtest/gtest.h>

namespace mailrail::broker {
namespace {

constexpr Instant noon = from_unix_ms(1'700'000'000'000);

TEST(LastSeconds, CountThoseThatAreOver) {
  LastSeconds seconds;
  for (int i = 0; i < 3; ++i) seconds.add(noon);
  seconds.add(noon + 2s);

  EXPECT_EQ(seconds.count(noon + 500ms), 0u) << "this one is not over";
  EXPECT_EQ(seconds.count(noon + 1s), 3u);
  EXPECT_EQ(seconds.count(noon + 3s), 4u);
  EXPECT_EQ(seconds.count(noon + 10s), 4u);
  EXPECT_EQ(seconds.count(noon + 11s), 1u);
  EXPECT_EQ(seconds.count(noon + 1h), 0u);
}

TEST(LastSeconds, ForgetWhatLiesBeforeASilence) {
  LastSeconds seconds;
  for (int i = 0; i < 30; ++i) seconds.add(noon + i * 1s);
  EXPECT_EQ(seconds.count(noon + 30s), 10u);

  seconds.add(noon + 10min);

  EXPECT_EQ(seconds.count(noon + 10min), 0u);
  EXPECT_EQ(seconds.count(noon + 10min + 1s), 1u);
}

TEST(LastDurations, HaveAMedianFromTheFirstOn) {
  LastDurations durations;
  EXPECT_EQ(durations.median(), std::nullopt);

  durations.add(7ms);
  EXPECT_EQ(durations.median(), 7ms);
  durations.add(90s);
  durations.add(8ms);

  EXPECT_EQ(durations.median(), 8ms);
}

TEST(LastDurations, AreTheLastFew) {
  LastDurations durations;
  for (std::size_t i = 0; i < LastDurations::kept_max; ++i) durations.add(1s);
  for (std::size_t i = 0; i <= LastDurations::kept_max / 2; ++i) durations.add(12h);

  EXPECT_EQ(durations.median(), 12h);
}

}  // namespace
}  // namespace mailrail::broker
