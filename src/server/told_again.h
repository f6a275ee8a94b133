// What the server's log says again and again while it is so, it says once a minute. Whoever tells
// keeps when that was last.

#pragma once

#include <optional>

#include "base/time.h"

namespace mailrail::server {

inline constexpr Duration told_again_after = 1min;

// And remembers that it is told now.
inline bool is_told_again(std::optional<Instant>& last, Instant now) {
  if (last && now - *last < told_again_after) return false;
  last = now;
  return true;
}

}  // namespace mailrail::server
