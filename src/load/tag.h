// Tag: what the body of each message of a run begins with, so that it is known again wherever it
// comes out: `5e1f09ab.000000000123.` is message 123 of run 5e1f09ab.
//
// It needs no escape in JSON or in a form. What has the tag of another run is nobody's.

#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace mailrail::load {

inline constexpr std::size_t run_characters = 8;
inline constexpr std::size_t tag_digits = 12;
inline constexpr std::size_t tag_bytes = run_characters + 1 + tag_digits + 1;

class Tag {
 public:
  // A run's name has so many characters.
  explicit Tag(std::string run) : run_(std::move(run)) { CHECK(run_.size() == run_characters); }

  const std::string& run() const { return run_; }

  void append(std::string& out, std::uint64_t number) const {
    out += run_;
    out += '.';
    char digits[tag_digits + 1];
    for (std::size_t i = tag_digits; i > 0; --i, number /= 10)
      digits[i - 1] = static_cast<char>('0' + number % 10);
    digits[tag_digits] = '.';
    out.append(digits, sizeof digits);
  }

  std::optional<std::uint64_t> number_in(std::string_view body) const {
    if (body.size() < tag_bytes || !body.starts_with(run_) || body[run_characters] != '.' ||
        body[tag_bytes - 1] != '.')
      return std::nullopt;
    const char* const begin = body.data() + run_characters + 1;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(begin, begin + tag_digits, number);
    if (error != std::errc() || end != begin + tag_digits) return std::nullopt;
    return number;
  }

 private:
  std::string run_;
};

}  // namespace mailrail::load
