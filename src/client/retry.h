// When a request that failed is made again, and after how long: as AWS's SDKs do in their standard
// mode.
//
// A request goes out at most three times. Before the second and the third lies a pause of a random
// length, up to one and two seconds, or what the service asks for; so many clients that failed
// together don't come back together. A request that may have been done already is only made again
// if that changes nothing.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/random.h"
#include "base/time.h"

namespace mailrail::client {

inline constexpr int attempts_max = 3;

// What doing a request twice comes to.
enum class Twice : std::uint8_t { harmless, harmful };

// How a request failed.
struct Failure {
  int status = 0;              // 0: there was no answer.
  std::string_view code = {};  // The service's, if it gave one.
  bool was_sent = true;        // Or may have been.
};

bool may_try_again(const Failure& failure, Twice twice);

// Whether a service says by this code that it was asked too often.
bool is_throttling(std::string_view code);

// After the attempt of that number, from 1 on. `asked` is the service's Retry-After.
Duration pause_after(int attempt, std::optional<Duration> asked, Random& random);

}  // namespace mailrail::client
