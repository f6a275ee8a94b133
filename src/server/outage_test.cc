#include "server/outage.h"

#include <gtest/gtest.h>

namespace mailrail::server {
namespace {

TEST(Outage, IsNewsOnceAndHasALengthWhenItIsOver) {
  Outage outage;

  EXPECT_TRUE(outage.began(10s));
  EXPECT_FALSE(outage.began(11s));
  EXPECT_EQ(outage.ended(15s), std::optional<Duration>(5s));
  EXPECT_EQ(outage.ended(16s), std::nullopt);
  EXPECT_TRUE(outage.began(20s));
}

TEST(Outage, HasTriesFurtherAndFurtherApartUpToTwoSeconds) {
  Outage outage;

  for (const Duration wait : {100ms, 200ms, 400ms, 800ms, 1600ms, 2000ms, 2000ms}) {
    outage.began(10s);
    EXPECT_EQ(outage.next_try(), 10s + wait);
  }
  outage.ended(20s);
  outage.began(20s);
  EXPECT_EQ(outage.next_try(), 20s + 100ms);
}

}  // namespace
}  // namespace mailrail::server
