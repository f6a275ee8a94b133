#include "sns/filter_pattern.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace mailrail::sns {
namespace {

constexpr char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character + ('a' - 'A'))
                                              : character;
}

bool is_in(const std::vector<std::string>& sorted, std::string_view text) {
  return std::binary_search(sorted.begin(), sorted.end(), text, std::less<>());
}

bool is_in(const std::vector<Number>& sorted, Number number) {
  return std::ranges::binary_search(sorted, number);
}

struct Taking {
  const Scalar& value;

  bool is_string() const { return value.kind == ScalarKind::string; }
  bool is_number() const { return value.kind == ScalarKind::number; }

  bool operator()(const Prefix& pattern) const {
    return is_string() && value.text.starts_with(pattern.text);
  }

  bool operator()(const Suffix& pattern) const {
    return is_string() && value.text.ends_with(pattern.text);
  }

  bool operator()(const EqualsIgnoringCase& pattern) const {
    return is_string() && std::ranges::equal(value.text, pattern.lower_case, {}, lower);
  }

  bool operator()(const AnythingBut& pattern) const {
    if (is_string()) return !is_in(pattern.strings, value.text);
    return !is_number() || !is_in(pattern.numbers, value.number);
  }

  bool operator()(const AnythingButPrefix& pattern) const {
    return !is_string() || !value.text.starts_with(pattern.text);
  }

  bool operator()(const NumericRange& pattern) const {
    if (!is_number()) return false;
    const bool is_below = (pattern.low_bound == Bound::open && value.number <= pattern.low) ||
                          (pattern.low_bound == Bound::closed && value.number < pattern.low);
    const bool is_above = (pattern.high_bound == Bound::open && value.number >= pattern.high) ||
                          (pattern.high_bound == Bound::closed && value.number > pattern.high);
    return !is_below && !is_above;
  }

  bool operator()(const IpNetwork& pattern) const {
    if (!is_string()) return false;
    const std::optional<IpAddress> address = parse_ip_address(value.text);
    return address && pattern.contains(*address);
  }
};

}  // namespace

bool takes(const Pattern& pattern, const Scalar& value) {
  return std::visit(Taking{value}, pattern);
}

EqualsIgnoringCase equals_ignoring_case(std::string_view text) {
  EqualsIgnoringCase pattern{.lower_case = std::string(text)};
  std::ranges::transform(pattern.lower_case, pattern.lower_case.begin(), lower);
  return pattern;
}

void KeyPatterns::sort() {
  std::ranges::sort(strings);
  std::ranges::sort(numbers);
  for (Pattern& each : patterns) {
    auto* list = std::get_if<AnythingBut>(&each);
    if (list == nullptr) continue;
    std::ranges::sort(list->strings);
    std::ranges::sort(list->numbers);
  }
}

bool KeyPatterns::takes(const Scalar& value) const {
  const auto is_taken = [&](const Pattern& each) { return sns::takes(each, value); };
  if (std::ranges::any_of(patterns, is_taken)) return true;
  switch (value.kind) {
    case ScalarKind::null:
      return takes_null;
    case ScalarKind::boolean:
      return takes_presence || (value.boolean ? takes_true : takes_false);
    case ScalarKind::number:
      return takes_presence || is_in(numbers, value.number);
    case ScalarKind::string:
      return (takes_presence && !value.text.empty()) || is_in(strings, value.text);
  }
  return false;
}

}  // namespace mailrail::sns
