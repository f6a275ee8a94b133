#include "server/engine_clock.h"

#include <gtest/gtest.h>

namespace mailrail::server {
namespace {

ClockReading reading;
ClockReading read_by_hand() { return reading; }

constexpr std::int64_t second_ns = 1'000'000'000;

void pass(std::int64_t seconds) {
  reading.boot_ns += seconds * second_ns;
  reading.wall_ns += seconds * second_ns;
}

TEST(EngineClock, FollowsTheMachine) {
  reading = {.boot_ns = 5 * second_ns, .wall_ns = 1000 * second_ns};
  EngineClock clock(Instant{}, &read_by_hand);
  pass(10);

  EXPECT_EQ(clock.now(), Instant(1010s));
}

TEST(EngineClock, StartsAtTheLogsLastFrameIfTheWallClockIsBehindIt) {
  reading = {.boot_ns = 0, .wall_ns = 1000 * second_ns};
  EngineClock clock(Instant(2000s), &read_by_hand);
  pass(1);

  EXPECT_GE(clock.now(), Instant(2000s));
  EXPECT_EQ(clock.wall_ahead(), -999'950ms);
}

TEST(EngineClock, DoesNotJumpWithTheWallClock) {
  reading = {.boot_ns = 0, .wall_ns = 1000 * second_ns};
  EngineClock clock(Instant{}, &read_by_hand);
  reading.wall_ns += 3600 * second_ns;
  pass(20);

  EXPECT_EQ(clock.now(), Instant(1021s));
  reading.wall_ns -= 7200 * second_ns;
  EXPECT_EQ(clock.now(), Instant(1021s));
  pass(20);
  EXPECT_EQ(clock.now(), Instant(1040s));
}

TEST(EngineClock, IsAdvancedForGood) {
  reading = {.boot_ns = 0, .wall_ns = 1000 * second_ns};
  EngineClock clock(Instant{}, &read_by_hand);
  pass(1);

  clock.advance(30s);
  EXPECT_EQ(clock.now(), Instant(1031s));
  clock.advance(1h);
  pass(100);
  EXPECT_EQ(clock.now(), Instant(1131s) + 1h);
  EXPECT_EQ(clock.wall_ahead(), 0s);
}

TEST(EngineClock, FollowsTheWallClockAlsoWhenAdvanced) {
  reading = {.boot_ns = 0, .wall_ns = 1000 * second_ns};
  EngineClock clock(Instant{}, &read_by_hand);
  clock.advance(1h);
  reading.wall_ns -= 10 * second_ns;
  pass(20);

  EXPECT_EQ(clock.now(), Instant(1019s) + 1h);
}

}  // namespace
}  // namespace mailrail::server
