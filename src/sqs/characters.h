// Kinds of ASCII characters, whatever the locale. The C library's tests depend on it, and AWS's
// rules do not.

#pragma once

#include <cstddef>
#include <string_view>

namespace mailrail::sqs {

constexpr char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character + ('a' - 'A'))
                                              : character;
}

constexpr bool is_digit(char character) { return character >= '0' && character <= '9'; }

constexpr bool is_letter_or_digit(char character) {
  return (lower(character) >= 'a' && lower(character) <= 'z') || is_digit(character);
}

// What names of queues, ids of batch entries and labels of permissions are made of.
constexpr bool is_name_character(char character) {
  return is_letter_or_digit(character) || character == '-' || character == '_';
}

// A byte of a character beyond ASCII, in UTF-8.
constexpr bool is_beyond_ascii(char byte) { return static_cast<unsigned char>(byte) >= 0x80; }

constexpr bool equal_ignoring_case(std::string_view text, std::string_view lower_case) {
  if (text.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != lower_case[i]) return false;
  }
  return true;
}

constexpr bool begins_ignoring_case(std::string_view text, std::string_view lower_case) {
  return equal_ignoring_case(text.substr(0, lower_case.size()), lower_case);
}

}  // namespace mailrail::sqs
