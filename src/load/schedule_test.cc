#include "load/schedule.h"

#include <gtest/gtest.h>

namespace mailrail::load {
namespace {

using namespace std::chrono_literals;

const Time start = Time(100s);

TEST(LoadSchedule, SpacesMessagesEvenly) {
  const Schedule schedule(start, 4);

  EXPECT_EQ(schedule.due(0), start);
  EXPECT_EQ(schedule.due(1), start + 250ms);
  EXPECT_EQ(schedule.due(3), start + 750ms);
  EXPECT_EQ(schedule.due(4), start + 1s);
}

TEST(LoadSchedule, DriftsAtNoRate) {
  for (const std::uint64_t rate : {1U, 3U, 7U, 999U, 30'011U, 1'000'000U}) {
    const Schedule schedule(start, rate);

    EXPECT_EQ(schedule.due(rate * 3600), start + 1h) << rate;
    for (std::uint64_t i = 1; i < 1000; ++i)
      EXPECT_LT(schedule.due(i - 1), schedule.due(i)) << rate;
  }
}

TEST(LoadSchedule, GoesOnForYears) {
  const Schedule schedule(start, 1'000'000);

  EXPECT_EQ(schedule.due(std::uint64_t{1'000'000} * 3600 * 24 * 365), start + 24h * 365);
}

}  // namespace
}  // namespace mailrail::load
