#include "sns/retry_schedule.h"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "base/check.h"
#include "sns/delivery_policy.h"
#include "sns/limits.h"

namespace mailrail::sns {
namespace {

namespace json = boost::json;

// From 0 to 1, of the `k`-th of `n` retries in back-off: the share of the way from the minimum to
// the maximum.
double progress_of(std::uint32_t k, std::uint32_t n) {
  return n < 2 ? 0 : static_cast<double>(k - 1) / static_cast<double>(n - 1);
}

Duration between(Duration min, Duration max, double share) {
  return min + Duration(std::llround(static_cast<double>((max - min).count()) * share));
}

Duration backoff_delay(const RetrySchedule& schedule, std::uint32_t k) {
  const double x = progress_of(k, schedule.in_backoff);
  const Duration min = schedule.delay_min;
  const Duration max = schedule.delay_max;
  switch (schedule.backoff) {
    case Backoff::linear:
      return between(min, max, x);
    case Backoff::arithmetic:
      return between(min, max, x * x);
    case Backoff::geometric: {
      const double ratio = static_cast<double>(max.count()) / static_cast<double>(min.count());
      return Duration(std::llround(static_cast<double>(min.count()) * std::pow(ratio, x)));
    }
    case Backoff::exponential: {
      if (schedule.in_backoff < 2) return min;
      const double whole = std::exp2(schedule.in_backoff - 1) - 1;
      return between(min, max, (std::exp2(k - 1) - 1) / whole);
    }
  }
  return min;
}

// Without jitter; nothing: there is no such retry.
std::optional<Duration> delay_of(const RetrySchedule& schedule, std::uint32_t retry) {
  if (retry <= schedule.immediate) return Duration(0);
  retry -= schedule.immediate;
  if (retry <= schedule.at_minimum) return schedule.delay_min;
  retry -= schedule.at_minimum;
  if (retry <= schedule.in_backoff) return backoff_delay(schedule, retry);
  retry -= schedule.in_backoff;
  if (retry <= schedule.at_maximum) return schedule.delay_max;
  return std::nullopt;
}

Backoff backoff_of(std::string_view name) {
  if (name == "arithmetic") return Backoff::arithmetic;
  if (name == "geometric") return Backoff::geometric;
  if (name == "exponential") return Backoff::exponential;
  CHECK(name == "linear");
  return Backoff::linear;
}

RetrySchedule schedule_of(const json::object& policy) {
  const auto number = [&](std::string_view name) {
    return policy.at(name).to_number<std::uint32_t>();
  };
  RetrySchedule schedule{.delay_min = std::chrono::seconds(number("minDelayTarget")),
                         .delay_max = std::chrono::seconds(number("maxDelayTarget")),
                         .immediate = number("numNoDelayRetries"),
                         .at_minimum = number("numMinDelayRetries"),
                         .at_maximum = number("numMaxDelayRetries"),
                         .backoff = backoff_of(policy.at("backoffFunction").as_string())};
  const std::uint32_t others = schedule.immediate + schedule.at_minimum + schedule.at_maximum;
  const std::uint32_t all = number("numRetries");
  schedule.in_backoff = all - std::min(all, others);
  return schedule;
}

}  // namespace

std::optional<Duration> RetrySchedule::delay_after(std::uint32_t failed_attempts,
                                                   double jitter) const {
  CHECK(failed_attempts > 0);
  CHECK(jitter >= 0 && jitter <= 1);
  // Of all retries that there are time for.
  Duration whole{0};
  std::optional<Duration> asked;
  for (std::uint32_t retry = 1; const auto delay = delay_of(*this, retry); ++retry) {
    if (whole + *delay > limits::retry_time_max) break;
    whole += *delay;
    if (retry == failed_attempts) asked = *delay;
  }
  if (!asked || *asked == Duration(0)) return asked;
  const double room =
      static_cast<double>(limits::retry_time_max.count()) / static_cast<double>(whole.count()) - 1;
  const double longer = std::min(limits::retry_jitter_max, room) * jitter;
  return *asked + Duration(static_cast<std::int64_t>(static_cast<double>(asked->count()) * longer));
}

// The policy in force is whole, whatever was given.
DeliveryTerms delivery_terms(std::string_view subscription_policy, std::string_view topic_policy) {
  const json::object policy =
      json::parse(effective_subscription_delivery_policy(subscription_policy, topic_policy))
          .as_object();
  DeliveryTerms terms{
      .retries = schedule_of(policy.at("healthyRetryPolicy").as_object()),
      .content_type =
          std::string(policy.at("requestPolicy").as_object().at("headerContentType").as_string())};
  if (const json::object* throttle = policy.at("throttlePolicy").if_object()) {
    if (const json::value* rate = throttle->if_contains("maxReceivesPerSecond"))
      terms.receives_per_second = rate->to_number<int>();
  }
  return terms;
}

Verdict verdict_of(int status) {
  if (status >= 200 && status <= 299) return Verdict::delivered;
  if ((status >= 500 && status <= 599) || status == 429) return Verdict::retry;
  return status >= 100 && status <= 499 ? Verdict::refused : verdict_without_answer;
}

}  // namespace mailrail::sns
