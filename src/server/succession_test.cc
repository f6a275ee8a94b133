#include "server/succession.h"

#include <gtest/gtest.h>

namespace mailrail::server {
namespace {

log::Followed look(std::uint64_t beats, std::uint64_t log_end = 100) {
  return {.lease = {.epoch = 7, .beats = beats, .owner = {{.node = "other", .address = "o:1"}}},
          .log_end = Position(log_end)};
}

log::Followed of_nobody() { return {.lease = {.epoch = 7, .beats = 1}, .log_end = Position(100)}; }

TEST(Succession, IsNotDueBeforeTheFirstLook) {
  EXPECT_FALSE(Succession({.node = "own"}).is_due(1h));
}

TEST(Succession, IsDueAtOnceIfNobodyOwnsTheLog) {
  Succession succession({.node = "own"});

  succession.saw(of_nobody(), 10s);

  EXPECT_TRUE(succession.is_due(10s));
}

// Of the process before this one on the same directory.
TEST(Succession, IsDueAtOnceIfTheOwnerIsThisVeryNode) {
  Succession succession({.node = "other"});

  succession.saw(look(1), 10s);

  EXPECT_TRUE(succession.is_due(10s));
}

TEST(Succession, IsDueWhenTheOwnerIsSilentForFourSeconds) {
  Succession succession({.node = "own"});

  for (Duration now = 10s; now < 14s; now += 1s) {
    succession.saw(look(1), now);
    EXPECT_FALSE(succession.is_due(now));
  }
  succession.saw(look(1), 14s);
  EXPECT_TRUE(succession.is_due(14s));
}

// Whoever slept has not looked.
TEST(Succession, TakesThreeLooksHoweverMuchTimeHasPassed) {
  Succession succession({.node = "own"});

  succession.saw(look(1), 10s);
  succession.saw(look(1), 100s);
  EXPECT_FALSE(succession.is_due(100s));
  succession.saw(look(1), 101s);
  EXPECT_TRUE(succession.is_due(101s));
}

TEST(Succession, WaitsAgainAfterEachSignOfLife) {
  Succession succession({.node = "own"});
  for (Duration now = 10s; now <= 13s; now += 1s) succession.saw(look(1), now);

  succession.saw(look(2), 14s);  // A renewal,
  for (Duration now = 15s; now <= 17s; now += 1s) succession.saw(look(2), now);
  EXPECT_FALSE(succession.is_due(17s));
  succession.saw(look(2, 200), 18s);  // or an append.
  for (Duration now = 19s; now <= 21s; now += 1s) succession.saw(look(2, 200), now);
  EXPECT_FALSE(succession.is_due(21s));
}

// The owner could not renew either while the database was away.
TEST(Succession, WaitsAgainAfterALookThatFailed) {
  Succession succession({.node = "own"});
  for (Duration now = 10s; now <= 13s; now += 1s) succession.saw(look(1), now);

  succession.saw_nothing();
  EXPECT_FALSE(succession.is_due(14s));
  succession.saw(look(1), 20s);
  succession.saw(look(1), 21s);
  succession.saw(look(1), 22s);

  EXPECT_FALSE(succession.is_due(22s));
  succession.saw(look(1), 24s);
  EXPECT_TRUE(succession.is_due(24s));
}

TEST(Succession, LeavesALogThatItGaveBackToAnotherForAWhile) {
  Succession succession({.node = "own", .lets_others_go_first = true});

  for (Duration now = 10s; now < 14s; now += 1s) {
    succession.saw(of_nobody(), now);
    EXPECT_FALSE(succession.is_due(now));
  }
  succession.saw(of_nobody(), 14s);
  EXPECT_TRUE(succession.is_due(14s));
}

TEST(Succession, KnowsFromWhenOnADeposedOwnerIsMute) {
  Succession succession({.node = "own"});
  EXPECT_EQ(succession.muted_from(3s), 0s);

  succession.saw(look(1), 10s);
  succession.saw(look(1), 11s);
  EXPECT_EQ(succession.muted_from(3s), 13s);

  succession.saw(of_nobody(), 12s);
  EXPECT_EQ(succession.muted_from(3s), 0s);
}

}  // namespace
}  // namespace mailrail::server
