#include "engine/send_rates.h"

#include <vector>

#include <gtest/gtest.h>

namespace mailrail::engine {
namespace {

constexpr Instant start = from_unix_ms(1'700'000'000'000);
constexpr QueueId slow{1};
constexpr QueueId fast{2};

SendRates::Wanted of(QueueId queue, std::size_t messages) {
  return {
      .queue = queue,
      .messages = {.per_second = queue == slow ? 10U : 20U, .tokens = messages, .patience = 100ms}};
}

std::expected<Duration, QueueId> take(SendRates& rates,
                                      const std::vector<SendRates::Wanted>& wanted) {
  return rates.take(wanted, start);
}

TEST(SendRates, KeepQueuesApart) {
  SendRates rates;

  EXPECT_EQ(take(rates, {of(slow, 10)}), 0ms);
  EXPECT_EQ(take(rates, {of(fast, 20)}), 0ms);
  EXPECT_EQ(take(rates, {of(slow, 2)}), std::unexpected(slow));
  EXPECT_EQ(take(rates, {of(fast, 2)}), 100ms);
  EXPECT_GT(rates.memory_bytes(), 0u);
  rates.forget(fast);
  rates.forget(slow);
  EXPECT_EQ(rates.memory_bytes(), 0u);
  EXPECT_EQ(take(rates, {of(slow, 10)}), 0ms);
}

TEST(SendRates, LetWhatIsForSeveralInWhenAllOfThemDo) {
  SendRates rates;
  (void)take(rates, {of(slow, 10)});

  EXPECT_EQ(take(rates, {of(fast, 1), of(slow, 1)}), 100ms);
}

TEST(SendRates, GiveNoPlaceAnywhereIfOneQueueHasNone) {
  SendRates rates;
  (void)take(rates, {of(slow, 10)});

  EXPECT_EQ(take(rates, {of(fast, 20), of(slow, 2)}), std::unexpected(slow));
  EXPECT_EQ(take(rates, {of(fast, 20)}), 0ms);
}

}  // namespace
}  // namespace mailrail::engine
