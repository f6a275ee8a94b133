#include "engine/send_rates.h"

#include <gtest/gtest.h>

namespace mailrail::engine {
namespace {

constexpr Instant start = from_unix_ms(1'700'000'000'000);
constexpr QueueId queue{1};

std::optional<Duration> take(SendRates& rates,
                             Instant now,
                             std::uint32_t per_second,
                             std::size_t messages = 1) {
  return rates.take(
      {.queue = queue, .per_second = per_second, .messages = messages, .patience = 100ms}, now);
}

TEST(SendRates, LetASecondsWorthInAtOnceAndThenOneAfterTheOther) {
  SendRates rates;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(take(rates, start, 20), 0ms);

  EXPECT_EQ(take(rates, start, 20), 50ms);
  EXPECT_EQ(take(rates, start, 20), 100ms);
  EXPECT_EQ(take(rates, start, 20), std::nullopt);
  EXPECT_EQ(take(rates, start + 50ms, 20), 100ms);
}

TEST(SendRates, LetNoMoreInThanTheyShouldOverALongTime) {
  SendRates rates;
  std::size_t let_in = 0;
  for (Duration time = 0s; time < 100s; time += 1ms) {
    if (take(rates, start + time, 30)) ++let_in;
  }

  EXPECT_GE(let_in, 3000u);
  EXPECT_LE(let_in, 3000u + 30 + 3);
}

TEST(SendRates, LetABatchInHoweverSlowTheyAre) {
  SendRates rates;

  EXPECT_EQ(take(rates, start, 1, 10), 0ms);
  EXPECT_EQ(take(rates, start + 9s, 1, 10), std::nullopt);
  EXPECT_EQ(take(rates, start + 10s, 1, 10), 0ms);
}

TEST(SendRates, KeepQueuesApart) {
  SendRates rates;
  take(rates, start, 1, 10);

  EXPECT_EQ(rates.take({.queue = QueueId(2), .per_second = 1, .messages = 10}, start), 0ms);
  EXPECT_GT(rates.memory_bytes(), 0u);
  rates.forget(QueueId(2));
  rates.forget(queue);
  EXPECT_EQ(rates.memory_bytes(), 0u);
  EXPECT_EQ(take(rates, start, 1, 10), 0ms);
}

}  // namespace
}  // namespace mailrail::engine
