// What one key of a filter policy takes: values that are right as they stand, and patterns.
//
// A KeyPatterns is made once, when a policy is compiled, and asked for every message whether it
// takes any of the values at a path: each pattern is looked up in an index of these, which takes no
// memory. Where they come from is filter_event.h's.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ip_network.h"
#include "sns/filter_scalar.h"
#include "sns/filter_values.h"

namespace mailrail::sns {

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

using Pattern = std::variant<Prefix,
                             Suffix,
                             EqualsIgnoringCase,
                             AnythingBut,
                             AnythingButPrefix,
                             NumericRange,
                             IpNetwork>;

bool takes_any(const Pattern& pattern, ValueSearch& search);

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
  bool takes_any(ValueSearch& search) const;

  // Of the heap.
  std::uint64_t memory_bytes() const;
};

}  // namespace mailrail::sns
