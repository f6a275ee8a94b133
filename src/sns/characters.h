// Kinds of ASCII characters, whatever the locale, and characters counted in UTF-8. The C library's
// tests depend on the locale, and AWS's rules do not.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace mailrail::sns {

constexpr char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character + ('a' - 'A'))
                                              : character;
}

constexpr bool is_letter_or_digit(char character) {
  return (lower(character) >= 'a' && lower(character) <= 'z') ||
         (character >= '0' && character <= '9');
}

constexpr bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, &lower, &lower);
}

// Of UTF-8, which everything is that was decoded.
constexpr std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char each) { return (static_cast<unsigned char>(each) & 0xc0) != 0x80; }));
}

}  // namespace mailrail::sns
