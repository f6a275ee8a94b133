#include "server/succession.h"

#include <gtest/gtest.h>

namespace mailrail::server {
namespace {

log::Followed look(std::uint64_t beats, std::uint64_t log_end = 100) {
  return {.lease = {.epoch = 7, .beats = beats, .owner = {{.node = "other", .address = "o:1"}}},
          .log_end = Position(log_end)};
}

log::Followed of_nobody() { return {.lease = {.epoch = 7, .beats = 1}, .log_end = Position(100)}; }

Succession::Look at(Duration now) { return {.asked = now, .answered = now}; }

TEST(Succession, IsNotDueBeforeTheFirstLook) { EXPECT_FALSE(Succession({.node = "own"}).is_due()); }

TEST(Succession, IsDueAtOnceIfNobodyOwnsTheLog) {
  Succession succession({.node = "own"});

  succession.saw(of_nobody(), at(10s));

  EXPECT_TRUE(succession.is_due());
}

// Of the process before this one on the same directory.
TEST(Succession, IsDueAtOnceIfTheOwnerIsThisVeryNode) {
  Succession succession({.node = "other"});

  succession.saw(look(1), at(10s));

  EXPECT_TRUE(succession.is_due());
}

TEST(Succession, IsDueWhenTheOwnerIsSilentForFourSeconds) {
  Succession succession({.node = "own"});

  for (Duration now = 10s; now < 14s; now += 1s) {
    succession.saw(look(1), at(now));
    EXPECT_FALSE(succession.is_due());
  }
  succession.saw(look(1), at(14s));
  EXPECT_TRUE(succession.is_due());
}

// Whoever slept has not looked.
TEST(Succession, TakesThreeLooksHoweverMuchTimeHasPassed) {
  Succession succession({.node = "own"});

  succession.saw(look(1), at(10s));
  succession.saw(look(1), at(100s));
  EXPECT_FALSE(succession.is_due());
  succession.saw(look(1), at(101s));
  EXPECT_TRUE(succession.is_due());
}

// What it shows may be of the moment when it was asked for, and the owner alive since.
TEST(Succession, DoesNotCountTheTimeThatALookTook) {
  Succession succession({.node = "own"});
  succession.saw(look(1), at(10s));
  succession.saw(look(1), at(11s));

  succession.saw(look(1), {.asked = 12s, .answered = 20s});
  EXPECT_FALSE(succession.is_due());
  succession.saw(look(1), at(20s));
  EXPECT_TRUE(succession.is_due());
}

TEST(Succession, WaitsAgainAfterEachSignOfLife) {
  Succession succession({.node = "own"});
  for (Duration now = 10s; now <= 13s; now += 1s) succession.saw(look(1), at(now));

  succession.saw(look(2), at(14s));  // A renewal,
  for (Duration now = 15s; now <= 17s; now += 1s) succession.saw(look(2), at(now));
  EXPECT_FALSE(succession.is_due());
  succession.saw(look(2, 200), at(18s));  // or an append.
  for (Duration now = 19s; now <= 21s; now += 1s) succession.saw(look(2, 200), at(now));
  EXPECT_FALSE(succession.is_due());
}

// The owner could not renew either while the database was away.
TEST(Succession, WaitsAgainAfterALookThatFailed) {
  Succession succession({.node = "own"});
  for (Duration now = 10s; now <= 13s; now += 1s) succession.saw(look(1), at(now));

  succession.saw_nothing();
  EXPECT_FALSE(succession.is_due());
  succession.saw(look(1), at(20s));
  succession.saw(look(1), at(21s));
  succession.saw(look(1), at(22s));

  EXPECT_FALSE(succession.is_due());
  succession.saw(look(1), at(24s));
  EXPECT_TRUE(succession.is_due());
}

TEST(Succession, LeavesALogThatItGaveBackToAnotherForAWhile) {
  Succession succession({.node = "own", .lets_others_go_first = true});

  for (Duration now = 10s; now < 14s; now += 1s) {
    succession.saw(of_nobody(), at(now));
    EXPECT_FALSE(succession.is_due());
  }
  succession.saw(of_nobody(), at(14s));
  EXPECT_TRUE(succession.is_due());
}

TEST(Succession, KnowsFromWhenOnADeposedOwnerIsMute) {
  Succession succession({.node = "own"});
  EXPECT_EQ(succession.muted_from(3s), 0s);

  succession.saw(look(1), at(10s));
  succession.saw(look(1), at(11s));
  EXPECT_EQ(succession.muted_from(3s), 13s);

  succession.saw(of_nobody(), at(12s));
  EXPECT_EQ(succession.muted_from(3s), 0s);
}

}  // namespace
}  // namespace mailrail::server
