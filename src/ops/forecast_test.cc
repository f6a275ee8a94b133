#include "ops/forecast.h"

#include <gtest/gtest.h>

namespace mailrail::ops {
namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

class ForecastTest : public testing::Test {
 protected:
  // One sample each five minutes.
  void pass(Duration time, std::int64_t bytes_per_sample) {
    for (Duration passed{0}; passed < time; passed += Forecast::sample_interval) {
      now += Forecast::sample_interval;
      used = static_cast<std::uint64_t>(static_cast<std::int64_t>(used) + bytes_per_sample);
      forecast.add(now, used);
    }
  }

  Forecast forecast;
  Instant now = from_unix_ms(1'700'000'000'000);
  std::uint64_t used = gib;
};

TEST_F(ForecastTest, SaysWhenSteadyGrowthReachesTheLimit) {
  pass(2h, 1 << 20);

  const auto left = forecast.until_full(used + (288u << 20));
  ASSERT_TRUE(left.has_value());
  EXPECT_NEAR(std::chrono::duration<double>(*left).count(), 86'400, 1);
  EXPECT_NEAR(*forecast.growth_per_day(), 288.0 * (1 << 20), 1);
}

TEST_F(ForecastTest, SaysNothingOfWhatStaysOrShrinks) {
  pass(2h, 0);
  EXPECT_FALSE(forecast.until_full(10 * gib).has_value());
  pass(6h, -1024);
  EXPECT_FALSE(forecast.until_full(10 * gib).has_value());
  EXPECT_LT(*forecast.growth_per_day(), 0);
}

TEST_F(ForecastTest, SaysNothingFromTooLittleHistory) {
  pass(10min, 1 << 20);

  EXPECT_FALSE(forecast.until_full(10 * gib).has_value());
  EXPECT_FALSE(forecast.growth_per_day().has_value());
}

TEST_F(ForecastTest, SaysNowAtTheLimitWhateverItKnows) {
  forecast.add(now, gib);

  EXPECT_EQ(forecast.until_full(gib), Duration(0));
}

TEST_F(ForecastTest, IsNotTurnedByWhatComesAndGoes) {
  pass(1h, 1 << 20);
  used += gib;  // A checkpoint is written beside the one before.
  pass(5min, 1 << 20);
  used -= gib;
  pass(1h, 1 << 20);

  EXPECT_NEAR(*forecast.growth_per_day(), 288.0 * (1 << 20), 10.0 * (1 << 20));
}

TEST_F(ForecastTest, ForgetsWhatIsOlderThanItsWindow) {
  pass(12h, 1 << 24);
  pass(Forecast::window + 5min, 1 << 20);

  EXPECT_NEAR(*forecast.growth_per_day(), 288.0 * (1 << 20), 1);
}

TEST_F(ForecastTest, LooksAtOneSampleInFiveMinutes) {
  pass(1h, 1 << 20);
  for (int i = 0; i < 10'000; ++i) forecast.add(now + 1s, 50 * gib);

  EXPECT_NEAR(*forecast.growth_per_day(), 288.0 * (1 << 20), 1);
}

TEST_F(ForecastTest, SaysNothingOfWhatIsYearsAway) {
  pass(2h, 1);

  EXPECT_FALSE(forecast.until_full(1000 * gib).has_value());
}

}  // namespace
}  // namespace mailrail::ops
