#include "client/retry.h"

#include <gtest/gtest.h>

namespace mailrail::client {
namespace {

TEST(Retry, IsForWhatPassesByItself) {
  for (const int status : {500, 502, 503, 504, 429})
    EXPECT_TRUE(may_try_again({.status = status}, Twice::harmless)) << status;
  for (const int status : {400, 403, 404, 413, 501})
    EXPECT_FALSE(may_try_again({.status = status, .code = "Other"}, Twice::harmless)) << status;
  EXPECT_TRUE(may_try_again({.status = 400, .code = "RequestThrottled"}, Twice::harmful));
  EXPECT_TRUE(may_try_again({.status = 0}, Twice::harmless));
}

TEST(Retry, LeavesAloneWhatMayHaveBeenDoneAndMustNotBeDoneTwice) {
  EXPECT_FALSE(may_try_again({.status = 0, .was_sent = true}, Twice::harmful));
  EXPECT_FALSE(may_try_again({.status = 500}, Twice::harmful));
  EXPECT_TRUE(may_try_again({.status = 0, .was_sent = false}, Twice::harmful));
  EXPECT_TRUE(may_try_again({.status = 503}, Twice::harmful));
}

TEST(Retry, PausesARandomWhileThatGrowsWithTheAttempts) {
  SeededRandom random(1);
  Duration longest_first{};
  Duration longest_second{};
  for (int round = 0; round < 1000; ++round) {
    longest_first = std::max(longest_first, pause_after(1, std::nullopt, random));
    longest_second = std::max(longest_second, pause_after(2, std::nullopt, random));
    EXPECT_LE(pause_after(30, std::nullopt, random), 20s);
  }
  EXPECT_GT(longest_first, 900ms);
  EXPECT_LE(longest_first, 1s);
  EXPECT_GT(longest_second, 1900ms);
  EXPECT_LE(longest_second, 2s);
}

TEST(Retry, PausesAsLongAsTheServiceAsksFor) {
  SeededRandom random(1);

  EXPECT_GE(pause_after(1, 7s, random), 7s);
  EXPECT_EQ(pause_after(1, 1h, random), 20s);
}

}  // namespace
}  // namespace mailrail::client
