#include "server/ownership.h"

#include <gtest/gtest.h>

namespace mailrail::server {
namespace {

Duration now{};

class OwnershipTest : public ::testing::Test {
 protected:
  OwnershipTest() { now = 100s; }

  void succeed_at_once() {
    ownership_.begins();
    ownership_.succeeded();
  }

  Ownership ownership_{OwnershipTimes(), [] { return now; }};
};

TEST_F(OwnershipTest, OfADirectoryIsAlwaysCertain) {
  const Ownership ownership;

  EXPECT_TRUE(ownership.is_valid());
  EXPECT_TRUE(ownership.takes_calls());
}

TEST_F(OwnershipTest, IsNotCertainBeforeAnythingSucceeded) {
  EXPECT_FALSE(ownership_.is_valid());
  ownership_.begins();
  EXPECT_FALSE(ownership_.is_valid());
  EXPECT_FALSE(ownership_.takes_calls());
}

TEST_F(OwnershipTest, IsCertainForThreeSecondsAndTakesCallsForTwo) {
  succeed_at_once();

  now += 1999ms;
  EXPECT_TRUE(ownership_.takes_calls());
  now += 1ms;
  EXPECT_FALSE(ownership_.takes_calls());
  now += 999ms;
  EXPECT_TRUE(ownership_.is_valid());
  now += 1ms;
  EXPECT_FALSE(ownership_.is_valid());
}

// What happened after an append began, nobody knows by its success.
TEST_F(OwnershipTest, CountsFromTheBeginOfWhatSucceeded) {
  ownership_.begins();
  now += 3s;
  ownership_.succeeded();

  EXPECT_FALSE(ownership_.is_valid());
  EXPECT_FALSE(ownership_.takes_calls());
  succeed_at_once();
  EXPECT_TRUE(ownership_.is_valid());
  EXPECT_TRUE(ownership_.takes_calls());
}

TEST_F(OwnershipTest, IsToBeRenewedASecondAfterWhateverBegan) {
  EXPECT_LE(ownership_.next_renewal(), now);
  succeed_at_once();
  EXPECT_EQ(ownership_.next_renewal(), now + 1s);
}

TEST_F(OwnershipTest, TellsNothingOnceItHasEnded) {
  succeed_at_once();

  ownership_.ended();

  EXPECT_FALSE(ownership_.is_valid());
  EXPECT_FALSE(ownership_.takes_calls());
}

}  // namespace
}  // namespace mailrail::server
