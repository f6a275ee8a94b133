#include "sns/filter_values.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <iterator>
#include <tuple>

#include "sns/characters.h"

namespace mailrail::sns {
namespace {

// As bytes are compared in a string, whatever the sign of char.
unsigned char lower_byte(char character) { return static_cast<unsigned char>(lower(character)); }
unsigned char byte(char character) { return static_cast<unsigned char>(character); }

bool is_above(const NumericRange& range, Number number) {
  return (range.high_bound == Bound::open && number >= range.high) ||
         (range.high_bound == Bound::closed && number > range.high);
}

bool is_below(const NumericRange& range, Number number) {
  return (range.low_bound == Bound::open && number <= range.low) ||
         (range.low_bound == Bound::closed && number < range.low);
}

}  // namespace

std::vector<Scalar> Values::first(std::size_t count_max) const {
  std::vector<Scalar> scalars;
  const auto add = [&](const Scalar& scalar) {
    if (scalars.size() < count_max) scalars.push_back(scalar);
  };
  for (const std::string_view each : strings.first(std::min(strings.size(), count_max)))
    add({.kind = ScalarKind::string, .text = each});
  for (const Number each : numbers.first(std::min(numbers.size(), count_max)))
    add({.kind = ScalarKind::number, .number = each});
  if (has_true) add({.kind = ScalarKind::boolean, .boolean = true});
  if (has_false) add({.kind = ScalarKind::boolean, .boolean = false});
  if (has_null) add({.kind = ScalarKind::null});
  return scalars;
}

bool is_before_by_end(std::string_view left, std::string_view right) {
  return std::lexicographical_compare(left.rbegin(), left.rend(), right.rbegin(), right.rend(),
                                      [](char one, char other) { return byte(one) < byte(other); });
}

bool is_before_by_lower_case(std::string_view left, std::string_view right) {
  return std::ranges::lexicographical_compare(left, right, {}, lower_byte, lower_byte);
}

bool is_before(const IpAddress& left, const IpAddress& right) {
  return std::tie(left.version, left.bytes) < std::tie(right.version, right.bytes);
}

bool ValueSearch::has_prefix(std::string_view prefix) {
  const auto found =
      std::ranges::lower_bound(values_.strings, prefix, [&](std::string_view one, auto other) {
        ++comparisons_;
        return one < other;
      });
  return found != values_.strings.end() && found->starts_with(prefix);
}

// Those that begin so are next to each other: are they all, from the first to the last?
bool ValueSearch::has_other_than_prefix(std::string_view prefix) {
  if (values_.strings.empty()) return false;
  comparisons_ += 2;
  return !values_.strings.front().starts_with(prefix) ||
         !values_.strings.back().starts_with(prefix);
}

bool ValueSearch::has_suffix(std::string_view suffix) {
  const auto found =
      std::ranges::lower_bound(values_.by_end, suffix, [&](std::string_view one, auto other) {
        ++comparisons_;
        return is_before_by_end(one, other);
      });
  return found != values_.by_end.end() && found->ends_with(suffix);
}

bool ValueSearch::has_ignoring_case(std::string_view lower_case) {
  const auto found = std::ranges::lower_bound(values_.by_lower_case, lower_case,
                                              [&](std::string_view one, auto other) {
                                                ++comparisons_;
                                                return is_before_by_lower_case(one, other);
                                              });
  return found != values_.by_lower_case.end() && equal_ignoring_case(*found, lower_case);
}

bool ValueSearch::has_number_in(const NumericRange& range) {
  const auto found = std::ranges::partition_point(values_.numbers, [&](Number each) {
    ++comparisons_;
    return is_below(range, each);
  });
  return found != values_.numbers.end() && !is_above(range, *found);
}

bool ValueSearch::has_address_in(const IpNetwork& network) {
  const auto found = std::ranges::partition_point(values_.addresses, [&](const IpAddress& each) {
    ++comparisons_;
    return is_before(each, network.address) && !network.contains(each);
  });
  return found != values_.addresses.end() && network.contains(*found);
}

template <class Sorted, class Value>
bool ValueSearch::is_in(const Sorted& sorted, const Value& value) {
  return std::binary_search(sorted.begin(), sorted.end(), value,
                            [&](const auto& one, const auto& other) {
                              ++comparisons_;
                              return one < other;
                            });
}

// The few are looked for among the many.
template <class Own, class Listed>
bool ValueSearch::have_one_in_common(const Own& own, const Listed& listed) {
  if (own.size() < listed.size())
    return std::ranges::any_of(own, [&](const auto& each) { return is_in(listed, each); });
  return std::ranges::any_of(listed, [&](const auto& each) { return is_in(own, each); });
}

// If there are more than are listed, one of them is not: each is there once. A list may be long, as
// it counts as one pattern; where both are, one walk along both is shorter than many searches.
template <class Own, class Listed>
bool ValueSearch::has_one_beyond(const Own& own, const Listed& listed) {
  if (own.size() > listed.size()) return true;
  if (own.size() * std::bit_width(listed.size()) < listed.size())
    return std::ranges::any_of(own, [&](const auto& each) { return !is_in(listed, each); });
  return !std::includes(listed.begin(), listed.end(), own.begin(), own.end(),
                        [&](const auto& one, const auto& other) {
                          ++comparisons_;
                          return one < other;
                        });
}

bool ValueSearch::has_any_of(std::span<const std::string> listed) {
  return have_one_in_common(values_.strings, listed);
}

bool ValueSearch::has_any_of(std::span<const Number> listed) {
  return have_one_in_common(values_.numbers, listed);
}

bool ValueSearch::has_other_than(std::span<const std::string> listed) {
  return has_one_beyond(values_.strings, listed);
}

bool ValueSearch::has_other_than(std::span<const Number> listed) {
  return has_one_beyond(values_.numbers, listed);
}

}  // namespace mailrail::sns
