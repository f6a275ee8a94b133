#include "sns/retry_schedule.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "sns/delivery_policy.h"
#include "sns/limits.h"

namespace mailrail::sns {
namespace {

std::vector<std::int64_t> delays_of(const RetrySchedule& schedule, double jitter = 0) {
  std::vector<std::int64_t> ms;
  for (std::uint32_t failed = 1; const auto delay = schedule.delay_after(failed, jitter); ++failed)
    ms.push_back(delay->count());
  return ms;
}

using Delays = std::vector<std::int64_t>;

TEST(RetrySchedule, IsAwsDefaultUnlessAPolicySaysOtherwise) {
  const DeliveryTerms terms = delivery_terms("", "");

  EXPECT_EQ(terms.retries, RetrySchedule());
  EXPECT_EQ(delays_of(terms.retries), (Delays{20'000, 20'000, 20'000}));
  EXPECT_EQ(terms.receives_per_second, std::nullopt);
  EXPECT_EQ(terms.content_type, "text/plain; charset=UTF-8");
}

TEST(RetrySchedule, HasItsFourPhasesInOrder) {
  EXPECT_EQ(delays_of({.delay_min = 1s,
                       .delay_max = 7s,
                       .immediate = 2,
                       .at_minimum = 1,
                       .in_backoff = 3,
                       .at_maximum = 2}),
            (Delays{0, 0, 1'000, 1'000, 4'000, 7'000, 7'000, 7'000}));
}

TEST(RetrySchedule, BacksOffAsItsFunctionSays) {
  RetrySchedule schedule{.delay_min = 1s, .delay_max = 16s, .in_backoff = 5};

  EXPECT_EQ(delays_of(schedule), (Delays{1'000, 4'750, 8'500, 12'250, 16'000}));
  schedule.backoff = Backoff::arithmetic;
  EXPECT_EQ(delays_of(schedule), (Delays{1'000, 1'938, 4'750, 9'438, 16'000}));
  schedule.backoff = Backoff::geometric;
  EXPECT_EQ(delays_of(schedule), (Delays{1'000, 2'000, 4'000, 8'000, 16'000}));
  schedule.backoff = Backoff::exponential;
  EXPECT_EQ(delays_of(schedule), (Delays{1'000, 2'000, 4'000, 8'000, 16'000}));
}

// Of one retry the minimum is all that can be said.
TEST(RetrySchedule, BacksOffOnceByTheMinimum) {
  for (const Backoff each :
       {Backoff::linear, Backoff::arithmetic, Backoff::geometric, Backoff::exponential}) {
    EXPECT_EQ(delays_of({.delay_min = 3s, .delay_max = 9s, .in_backoff = 1, .backoff = each}),
              (Delays{3'000}));
  }
}

TEST(RetrySchedule, EndsWithinAnHour) {
  EXPECT_EQ(delays_of({.delay_min = 1200s, .delay_max = 1200s, .in_backoff = 100}),
            (Delays{1'200'000, 1'200'000, 1'200'000}));
}

TEST(RetrySchedule, IsLongerByATenthAtMost) {
  const RetrySchedule schedule;

  EXPECT_EQ(schedule.delay_after(1, 0.5), 21s);
  EXPECT_EQ(schedule.delay_after(1, 1), 22s);
  EXPECT_EQ(RetrySchedule{.immediate = 1}.delay_after(1, 1), 0s);
}

TEST(RetrySchedule, HasNoRoomForJitterInAFullHour) {
  EXPECT_EQ(delays_of({.delay_min = 1800s, .delay_max = 1800s, .in_backoff = 9}, 1),
            (Delays{1'800'000, 1'800'000}));
}

TEST(RetrySchedule, KeepsItsBoundsWhateverThePolicy) {
  SeededRandom random(4);
  for (int round = 0; round < 2'000; ++round) {
    const auto below = [&](std::uint64_t end) {
      return static_cast<std::uint32_t>(random.below(end));
    };
    const Duration min = std::chrono::seconds(1 + below(100));
    const Duration max = min + std::chrono::seconds(below(600));
    const RetrySchedule schedule{.delay_min = min,
                                 .delay_max = max,
                                 .immediate = below(4),
                                 .at_minimum = below(10),
                                 .in_backoff = below(60),
                                 .at_maximum = below(20),
                                 .backoff = static_cast<Backoff>(below(4))};
    const double jitter = static_cast<double>(below(101)) / 100;

    const Delays delays = delays_of(schedule, jitter);

    Duration whole{0};
    for (std::size_t i = 0; i < delays.size(); ++i) {
      const Duration delay(delays[i]);
      whole += delay;
      if (i < schedule.immediate) {
        EXPECT_EQ(delay, 0s);
        continue;
      }
      EXPECT_GE(delay, min);
      EXPECT_LE(delay, max + max / 10);
      EXPECT_GE(delays[i], i == 0 ? 0 : delays[i - 1]);
    }
    EXPECT_LE(whole, limits::retry_time_max);
  }
}

TEST(DeliveryTerms, AreTheSubscriptionsUnlessTheTopicForbidsThat) {
  const std::string topic = *topic_delivery_policy(
      R"({"http":{"defaultHealthyRetryPolicy":{"numRetries":1,"minDelayTarget":5,"maxDelayTarget":5},
          "defaultThrottlePolicy":{"maxReceivesPerSecond":9},
          "defaultRequestPolicy":{"headerContentType":"application/json"}}})");
  const std::string own = *subscription_delivery_policy(
      R"({"healthyRetryPolicy":{"numRetries":9,"minDelayTarget":2,"maxDelayTarget":8,
          "numNoDelayRetries":1,"numMinDelayRetries":2,"numMaxDelayRetries":3,
          "backoffFunction":"exponential"},"throttlePolicy":{"maxReceivesPerSecond":4}})");
  std::string fixed = topic;
  fixed.replace(fixed.find("\"disableSubscriptionOverrides\":false"), 36,
                "\"disableSubscriptionOverrides\":true");

  const DeliveryTerms of_topic = delivery_terms("", topic);
  const DeliveryTerms of_own = delivery_terms(own, topic);
  const DeliveryTerms of_fixed = delivery_terms(own, fixed);

  EXPECT_EQ(of_topic.retries, (RetrySchedule{.delay_min = 5s, .delay_max = 5s, .in_backoff = 1}));
  EXPECT_EQ(of_topic.receives_per_second, 9);
  EXPECT_EQ(of_topic.content_type, "application/json");
  EXPECT_EQ(of_own.retries, (RetrySchedule{.delay_min = 2s,
                                           .delay_max = 8s,
                                           .immediate = 1,
                                           .at_minimum = 2,
                                           .in_backoff = 3,
                                           .at_maximum = 3,
                                           .backoff = Backoff::exponential}));
  EXPECT_EQ(of_own.receives_per_second, 4);
  EXPECT_EQ(of_own.content_type, "application/json");
  EXPECT_EQ(of_fixed.retries, of_topic.retries);
  EXPECT_EQ(of_fixed.receives_per_second, 9);
}

TEST(Verdict, TriesAgainWhatTheServerCouldNotDoAndNothingElse) {
  for (const int status : {200, 201, 204, 299}) EXPECT_EQ(verdict_of(status), Verdict::delivered);
  for (const int status : {429, 500, 502, 503, 599}) EXPECT_EQ(verdict_of(status), Verdict::retry);
  for (const int status : {100, 101, 301, 302, 304, 400, 401, 404, 408, 410, 499})
    EXPECT_EQ(verdict_of(status), Verdict::refused);
  for (const int status : {0, 99, 600, -1}) EXPECT_EQ(verdict_of(status), verdict_without_answer);
}

}  // namespace
}  // namespace mailrail::sns
