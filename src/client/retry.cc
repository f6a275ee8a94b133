#include "client/retry.h"

#include <algorithm>
#include <array>

namespace mailrail::client {
namespace {

// The SDKs' standard mode has these, and pauses of at most 20 seconds.
constexpr std::array<std::string_view, 15> throttling_codes = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
    "Throttled",
};
constexpr Duration pause_max = 20s;

}  // namespace

bool is_throttling(std::string_view code) {
  return std::ranges::find(throttling_codes, code) != throttling_codes.end();
}

bool may_try_again(const Failure& failure, Twice twice) {
  if (failure.status == 0) return !failure.was_sent || twice == Twice::harmless;
  // Refused before anything was done.
  if (failure.status == 429 || failure.status == 503 || is_throttling(failure.code)) return true;
  if (failure.code == "RequestTimeout" || failure.code == "RequestTimeoutException") return true;
  const bool is_broken = failure.status == 500 || failure.status == 502 || failure.status == 504;
  return is_broken && twice == Twice::harmless;
}

Duration pause_after(int attempt, std::optional<Duration> asked, Random& random) {
  const Duration longest = std::min(pause_max, Duration(1s) * (1 << std::min(attempt - 1, 10)));
  const Duration drawn(random.below(static_cast<std::uint64_t>(longest.count()) + 1));
  return std::min(pause_max, std::max(drawn, asked.value_or(Duration(0))));
}

}  // namespace mailrail::client
