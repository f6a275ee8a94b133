#include "base/duration_text.h"

#include <gtest/gtest.h>

namespace mailrail {
namespace {

TEST(DurationText, IsNumbersWithUnits) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("14d"), 14 * 24h);
  EXPECT_EQ(parse_duration("1d2h3m4s5ms"), 26h + 3min + 4s + 5ms);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(DurationText, IsNothingThatWouldHaveToBeGuessed) {
  for (const char* each : {"", "30", "s", "-1s", "+1s", "1.5h", "1 s", " 1s", "1s ", "1S", "1m1h",
                           "1s1s", "1h30", "1w", "soon", "9223372036854775807s",
                           "9223372036854775807ms1ms", "106751991168d", "99999999999999999999ms"}) {
    EXPECT_EQ(parse_duration(each), std::nullopt) << each;
  }
}

TEST(DurationText, IsReadAsItIsWritten) {
  for (const Duration each : {0ms, 1ms, 999ms, 1000ms, 90'000ms, 86'400'001ms, Duration::max()})
    EXPECT_EQ(parse_duration(duration_text(each)), each) << duration_text(each);
  EXPECT_EQ(duration_text(90min), "1h30m");
}

}  // namespace
}  // namespace mailrail
