// Scalars: the values that filters compare, and ranges of numbers.
// A policy's and an event's are of the same kinds, and only like is compared with like.

#pragma once

#include <cstdint>
#include <string_view>

namespace mailrail::sns {

// Wide enough for every 64-bit integer and every double, so that all of them compare as numbers.
using Number = long double;

enum class ScalarKind : std::uint8_t { null, boolean, number, string };

// One value of an event: lent, for as long as the event is there.
struct Scalar {
  ScalarKind kind = ScalarKind::null;
  bool boolean = false;
  Number number = 0;
  std::string_view text = {};
};

enum class Bound : std::uint8_t { none, open, closed };

struct NumericRange {
  Bound low_bound = Bound::none;
  Number low = 0;
  Bound high_bound = Bound::none;
  Number high = 0;
};

}  // namespace mailrail::sns
