#include "broker/processing.h"

#include <gtest/gtest.h>

namespace mailrail::broker {
namespace {

constexpr Instant noon = from_unix_ms(1'700'000'000'000);

engine::ReceiptHandle handle(std::uint64_t seq, std::uint32_t generation = 1) {
  return {.queue = QueueId(1), .seq = Seq(seq), .generation = generation};
}

TEST(ProcessingTimes, ExceedWhatMoreThanOneInAHundredDo) {
  ProcessingTimes times;
  for (int i = 0; i < 197; ++i) times.add(100ms);
  EXPECT_EQ(times.exceeded(), std::nullopt);

  times.add(31s);
  times.add(32s);
  EXPECT_EQ(times.exceeded(), 30s) << "two of 199";
  for (int i = 0; i < 100; ++i) times.add(1s);

  EXPECT_EQ(times.exceeded(), std::nullopt) << "two of 299";
  times.add(24h);
  times.add(24h);
  EXPECT_EQ(times.exceeded(), 30s) << "four of 301";
}

TEST(ProcessingTimes, AreNotJudgedByAFew) {
  ProcessingTimes times;
  for (std::uint32_t i = 1; i < ProcessingTimes::judged_from; ++i) times.add(1min);

  EXPECT_EQ(times.exceeded(), std::nullopt);
  times.add(1min);
  EXPECT_EQ(times.exceeded(), 45s);
}

TEST(Receives, AreEachTheirOwn) {
  Receives receives;

  receives.began(handle(7, 1), noon);
  receives.began(handle(7, 2), noon + 30s);

  EXPECT_EQ(receives.take(handle(8)), std::nullopt);
  EXPECT_EQ(receives.take(handle(7, 2)), noon + 30s);
  EXPECT_EQ(receives.take(handle(7, 1)), noon);
  EXPECT_EQ(receives.take(handle(7, 1)), std::nullopt) << "taken";
}

TEST(Receives, AreASampleWhereThereAreMany) {
  Receives receives;
  constexpr std::uint64_t many = 20 * Receives::kept_max;
  for (std::uint64_t seq = 0; seq < many; ++seq) receives.began(handle(seq), noon);

  std::size_t kept = 0;
  std::size_t late = 0;
  for (std::uint64_t seq = 0; seq < many; ++seq) {
    if (!receives.take(handle(seq))) continue;
    ++kept;
    if (seq >= many / 20) ++late;
  }

  EXPECT_GT(kept, Receives::kept_max * 9 / 10);
  EXPECT_LE(kept, Receives::kept_max);
  EXPECT_GT(late, kept / 10);
}

TEST(Receives, ThatNobodyEndsAreForgottenInTheEnd) {
  Receives receives;
  for (std::uint64_t seq = 0; seq < 20 * Receives::kept_max; ++seq)
    receives.began(handle(seq), noon);

  for (std::uint64_t seq = 0; seq < 20 * Receives::kept_max; ++seq)
    receives.began(handle(seq, 2), noon + 2h);

  std::size_t kept = 0;
  for (std::uint64_t seq = 0; seq < 20 * Receives::kept_max; ++seq)
    kept += receives.take(handle(seq, 2)).has_value() ? 1 : 0;
  EXPECT_GT(kept, Receives::kept_max * 9 / 10);
}

}  // namespace
}  // namespace mailrail::broker
