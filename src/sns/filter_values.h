// Values: what an event has at one path, each once and sorted, so that a filter's pattern is looked
// up among them instead of being tried on every one.
//
// A body of 256 KB may have a hundred thousand values at a path, and a policy 150 patterns for it;
// a topic has thousands of policies, and the engine does nothing else meanwhile. So sorting is done
// once for a message, on its HTTP thread, and a pattern then costs a binary search.

#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/ip_network.h"
#include "sns/filter_scalar.h"

namespace mailrail::sns {

// All of it is lent.
struct Values {
  bool has_null = false;
  bool has_true = false;
  bool has_false = false;
  std::span<const Number> numbers = {};
  // The same strings in three orders: by their bytes, by their bytes from the last to the first,
  // and by their bytes in lower case.
  std::span<const std::string_view> strings = {};
  std::span<const std::string_view> by_end = {};
  std::span<const std::string_view> by_lower_case = {};
  std::span<const IpAddress> addresses = {};  // Strings that are one, by version and bytes.

  std::size_t count() const {
    return strings.size() + numbers.size() + std::size_t{has_true} + std::size_t{has_false} +
           std::size_t{has_null};
  }

  // The first ones: strings, numbers, true, false, null.
  std::vector<Scalar> first(std::size_t count_max) const;
};

// How strings are sorted from the last byte to the first, and in lower case.
bool is_before_by_end(std::string_view left, std::string_view right);
bool is_before_by_lower_case(std::string_view left, std::string_view right);
bool is_before(const IpAddress& left, const IpAddress& right);

// Looks for values, and counts how often it compared two: the cost of matching, which a test holds
// to its bound.
class ValueSearch {
 public:
  explicit ValueSearch(const Values& values) : values_(values) {}

  const Values& values() const { return values_; }
  std::size_t comparisons() const { return comparisons_; }

  bool has_prefix(std::string_view prefix);
  bool has_other_than_prefix(std::string_view prefix);  // Among strings.
  bool has_suffix(std::string_view suffix);
  bool has_ignoring_case(std::string_view lower_case);
  bool has_number_in(const NumericRange& range);
  bool has_address_in(const IpNetwork& network);

  // One of those that are listed, or one that is not. Lists are sorted.
  bool has_any_of(std::span<const std::string> listed);
  bool has_any_of(std::span<const Number> listed);
  bool has_other_than(std::span<const std::string> listed);
  bool has_other_than(std::span<const Number> listed);

 private:
  template <class Sorted, class Value>
  bool is_in(const Sorted& sorted, const Value& value);
  template <class Own, class Listed>
  bool have_one_in_common(const Own& own, const Listed& listed);
  template <class Own, class Listed>
  bool has_one_beyond(const Own& own, const Listed& listed);

  const Values& values_;
  std::size_t comparisons_ = 0;
};

}  // namespace mailrail::sns
