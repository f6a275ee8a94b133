// What one key of a filter policy takes: values that are right as they stand, and patterns.
//
// A KeyPatterns is made once, when a policy is compiled, and asked for every message: its tables
// are sorted, and asking takes no memory. It knows scalars only; where they come from is
// filter_event.h's, and that any of several will do is filter_policy.h's.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ip_network.h"

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

struct Prefix {
  std::string text;
};

struct Suffix {
  std::string text;
};

// ASCII letters only: others have to be the same.
struct EqualsIgnoringCase {
  std::string lower_case;
};

// Either kind of list is sorted; a policy fills one of them.
struct AnythingBut {
  std::vector<std::string> strings;
  std::vector<Number> numbers;
};

struct AnythingButPrefix {
  std::string text;
};

enum class Bound : std::uint8_t { none, open, closed };

struct NumericRange {
  Bound low_bound = Bound::none;
  Number low = 0;
  Bound high_bound = Bound::none;
  Number high = 0;
};

using Pattern = std::variant<Prefix,
                             Suffix,
                             EqualsIgnoringCase,
                             AnythingBut,
                             AnythingButPrefix,
                             NumericRange,
                             IpNetwork>;

bool takes(const Pattern& pattern, const Scalar& value);

EqualsIgnoringCase equals_ignoring_case(std::string_view text);

struct KeyPatterns {
  // Sorted, once sort() was called.
  std::vector<std::string> strings;
  std::vector<Number> numbers;
  bool takes_null = false;
  bool takes_true = false;
  bool takes_false = false;
  bool takes_presence = false;  // {"exists": true}
  bool takes_absence = false;   // {"exists": false}; asked by who knows of no value.
  std::vector<Pattern> patterns;

  void sort();
  bool takes(const Scalar& value) const;
};

}  // namespace mailrail::sns
