// RetrySchedule: when a delivery that failed is tried again, and when no more. DeliveryTerms: all
// that a delivery policy says of a subscription.
//
// AWS tries again in four phases: at once, then after the minimum delay, then after delays that a
// back-off function takes from the minimum to the maximum, then after the maximum. It names the
// functions, and says that jitter is applied and that all of it takes an hour at most; how, is
// ours. Pure: the jitter is given.
//
// The delays of a back-off of n retries, the k-th of them, with x = (k - 1) / (n - 1), or 0 if
// there is one alone, so that the first waits the minimum and the last the maximum:
//
//   linear       min + (max - min) * x            grows by the same amount each time
//   arithmetic   min + (max - min) * x * x        by an amount that grows by the same amount
//   geometric    min * (max / min) ^ x            by the same factor
//   exponential  min + (max - min) * (2 ^ (k - 1) - 1) / (2 ^ (n - 1) - 1)
//                                                 by an amount that doubles

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mailrail::sns {

enum class Backoff : std::uint8_t { linear, arithmetic, geometric, exponential };

// The defaults are AWS's: three times, after 20 seconds each.
struct RetrySchedule {
  Duration delay_min{20s};
  Duration delay_max{20s};
  std::uint32_t immediate = 0;  // The retries of each phase.
  std::uint32_t at_minimum = 0;
  std::uint32_t in_backoff = 3;
  std::uint32_t at_maximum = 0;
  Backoff backoff = Backoff::linear;

  // How long after that many failed attempts, at least one, the next one is. Nothing: give up.
  // `jitter`, from 0 to 1, says how much of a tenth a delay is longer than its phase has it; all
  // together stay within the hour whatever it is.
  std::optional<Duration> delay_after(std::uint32_t failed_attempts, double jitter) const;

  friend bool operator==(const RetrySchedule&, const RetrySchedule&) = default;
};

struct DeliveryTerms {
  RetrySchedule retries = {};
  std::optional<int> receives_per_second = {};  // Nothing: as many as there are.
  std::string content_type = {};                // Of notifications.
};

// Of policies as they are kept (delivery_policy.h); empty: none.
DeliveryTerms delivery_terms(std::string_view subscription_policy, std::string_view topic_policy);

// What becomes of a delivery.
enum class Verdict : std::uint8_t {
  delivered,
  retry,
  refused,  // Trying again changes nothing: its next place is the dead-letter queue.
};

// Of a response's status. Other statuses than HTTP's are no answer at all.
Verdict verdict_of(int status);
// There was none: it could not be asked, or took too long.
inline constexpr Verdict verdict_without_answer = Verdict::retry;

}  // namespace mailrail::sns
