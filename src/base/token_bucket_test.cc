#include "base/token_bucket.h"

#include <gtest/gtest.h>

namespace mailrail {
namespace {

constexpr Instant start = from_unix_ms(1'700'000'000'000);

std::optional<Duration> take(TokenBucket& bucket,
                             Instant now,
                             std::uint32_t per_second,
                             std::size_t tokens = 1) {
  return bucket.take({.per_second = per_second, .tokens = tokens, .patience = 100ms}, now);
}

TEST(TokenBucket, GivesASecondsWorthAtOnceAndThenOneAfterTheOther) {
  TokenBucket bucket;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(take(bucket, start, 20), 0ms);

  EXPECT_EQ(take(bucket, start, 20), 50ms);
  EXPECT_EQ(take(bucket, start, 20), 100ms);
  EXPECT_EQ(take(bucket, start, 20), std::nullopt);
  EXPECT_EQ(take(bucket, start + 50ms, 20), 100ms);
}

TEST(TokenBucket, GivesNoMoreThanItShouldOverALongTime) {
  TokenBucket bucket;
  std::size_t given = 0;
  for (Duration time = 0s; time < 100s; time += 1ms) {
    if (take(bucket, start + time, 30)) ++given;
  }

  EXPECT_GE(given, 3000u);
  EXPECT_LE(given, 3000u + 30 + 3);
}

TEST(TokenBucket, GivesABatchHoweverSlowItIs) {
  TokenBucket bucket;

  EXPECT_EQ(take(bucket, start, 1, 10), 0ms);
  EXPECT_EQ(take(bucket, start + 9s, 1, 10), std::nullopt);
  EXPECT_EQ(take(bucket, start + 10s, 1, 10), 0ms);
}

TEST(TokenBucket, GivesNothingToWhoOnlyAsks) {
  TokenBucket bucket;
  const TokenBucket::Wanted wanted{.per_second = 1, .tokens = 10};

  EXPECT_EQ(bucket.wait_for(wanted, start), 0ms);
  EXPECT_EQ(bucket.wait_for(wanted, start), 0ms);
  EXPECT_EQ(bucket.take(wanted, start), 0ms);
  EXPECT_EQ(bucket.wait_for(wanted, start), std::nullopt);
}

TEST(TokenBucket, IsFullWhenAllHasComeInAgain) {
  TokenBucket bucket;
  EXPECT_TRUE(bucket.is_full(start));

  take(bucket, start, 1, 10);

  EXPECT_FALSE(bucket.is_full(start + 9s));
  EXPECT_TRUE(bucket.is_full(start + 10s));
}

}  // namespace
}  // namespace mailrail
