#include "sns/filter_pattern.h"

#include <algorithm>

#include "sns/characters.h"

namespace mailrail::sns {
namespace {

struct Taking {
  ValueSearch& search;

  bool operator()(const Prefix& pattern) const { return search.has_prefix(pattern.text); }

  bool operator()(const Suffix& pattern) const { return search.has_suffix(pattern.text); }

  bool operator()(const EqualsIgnoringCase& pattern) const {
    return search.has_ignoring_case(pattern.lower_case);
  }

  bool operator()(const AnythingBut& pattern) const {
    return has_other_kinds() || search.has_other_than(pattern.strings) ||
           search.has_other_than(pattern.numbers);
  }

  bool operator()(const AnythingButPrefix& pattern) const {
    return has_other_kinds() || !search.values().numbers.empty() ||
           search.has_other_than_prefix(pattern.text);
  }

  bool operator()(const NumericRange& pattern) const { return search.has_number_in(pattern); }

  bool operator()(const IpNetwork& pattern) const { return search.has_address_in(pattern); }

  bool has_other_kinds() const {
    const Values& values = search.values();
    return values.has_null || values.has_true || values.has_false;
  }
};

std::uint64_t bytes_of(const std::string& text) { return text.capacity(); }

std::uint64_t bytes_of(const std::vector<std::string>& texts) {
  std::uint64_t bytes = texts.capacity() * sizeof(std::string);
  for (const std::string& each : texts) bytes += bytes_of(each);
  return bytes;
}

std::uint64_t bytes_of(const std::vector<Number>& numbers) {
  return numbers.capacity() * sizeof(Number);
}

struct Weighing {
  std::uint64_t operator()(const EqualsIgnoringCase& pattern) const {
    return bytes_of(pattern.lower_case);
  }

  std::uint64_t operator()(const AnythingBut& pattern) const {
    return bytes_of(pattern.strings) + bytes_of(pattern.numbers);
  }

  std::uint64_t operator()(const NumericRange&) const { return 0; }
  std::uint64_t operator()(const IpNetwork&) const { return 0; }

  // Prefixes and suffixes.
  std::uint64_t operator()(const auto& pattern) const { return bytes_of(pattern.text); }
};

// Null and an empty string are there, but are no value.
bool has_presence(const Values& values) {
  return values.has_true || values.has_false || !values.numbers.empty() ||
         (!values.strings.empty() && !values.strings.back().empty());
}

}  // namespace

bool takes_any(const Pattern& pattern, ValueSearch& search) {
  return std::visit(Taking{search}, pattern);
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

bool KeyPatterns::takes_any(ValueSearch& search) const {
  const Values& values = search.values();
  return (takes_null && values.has_null) || (takes_true && values.has_true) ||
         (takes_false && values.has_false) || (takes_presence && has_presence(values)) ||
         search.has_any_of(strings) || search.has_any_of(numbers) ||
         std::ranges::any_of(patterns,
                             [&](const Pattern& each) { return sns::takes_any(each, search); });
}

std::uint64_t KeyPatterns::memory_bytes() const {
  std::uint64_t bytes =
      bytes_of(strings) + bytes_of(numbers) + patterns.capacity() * sizeof(Pattern);
  for (const Pattern& each : patterns) bytes += std::visit(Weighing(), each);
  return bytes;
}

}  // namespace mailrail::sns
