#include "http/headers.h"

#include <algorithm>
#include <array>

namespace mailrail::http {

namespace {

// By byte; a table takes a third of the time that comparisons with 'A' and 'Z' do.
constexpr auto lower_case = [] {
  std::array<char, 256> table{};
  for (int each = 0; each < 256; ++each)
    table[each] = static_cast<char>(each >= 'A' && each <= 'Z' ? each | 0x20 : each);
  return table;
}();

char lower(char letter) { return lower_case[static_cast<unsigned char>(letter)]; }

}  // namespace

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) { return lower(a) == lower(b); });
}

void Headers::add(std::string_view name, std::string_view value) {
  if (places_.empty()) {  // What an SDK sends fits without growing.
    text_.reserve(1024);
    places_.reserve(16);
  }
  places_.push_back({.begin = static_cast<std::uint32_t>(text_.size()),
                     .name_bytes = static_cast<std::uint32_t>(name.size()),
                     .value_bytes = static_cast<std::uint32_t>(value.size())});
  text_.append(name).append(value);
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const Place& place : places_) {
    if (is_named(place, name)) return header_at(place).value;
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(places_, [&](const Place& place) { return is_named(place, name); }));
}

Header Headers::operator[](std::size_t index) const { return header_at(places_[index]); }

// Most names of a request differ in length already.
bool Headers::is_named(const Place& place, std::string_view name) const {
  return place.name_bytes == name.size() && equal_ignoring_case(header_at(place).name, name);
}

Header Headers::header_at(const Place& place) const {
  const std::string_view text = text_;
  return {.name = text.substr(place.begin, place.name_bytes),
          .value = text.substr(place.begin + place.name_bytes, place.value_bytes)};
}

}  // namespace mailrail::http
