#include "auth/pattern.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace mailrail::auth {
namespace {

constexpr std::size_t arn_parts = 6;

constexpr char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character + ('a' - 'A'))
                                              : character;
}

bool is_same(char left, char right, Case letters) {
  return letters == Case::matters ? left == right : lower(left) == lower(right);
}

// How many bytes the character has that begins there.
std::size_t character_bytes(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
  return end - at;
}

// The parts of an ARN, or of a pattern of one. The last has whatever colons there are in it.
class Parts {
 public:
  explicit Parts(std::string_view text) : text_(text) {}

  std::optional<std::string_view> next() {
    if (is_over_) return std::nullopt;
    const std::size_t colon = ++count_ == arn_parts ? std::string_view::npos : text_.find(':');
    const std::string_view part = text_.substr(0, colon);
    is_over_ = colon == std::string_view::npos;
    if (!is_over_) text_.remove_prefix(colon + 1);
    return part;
  }

 private:
  std::string_view text_;
  std::size_t count_ = 0;
  bool is_over_ = false;
};

bool ends_with(std::string_view text, std::string_view end, Case letters) {
  return text.size() >= end.size() && is_equal(text.substr(text.size() - end.size()), end, letters);
}

}  // namespace

bool is_equal(std::string_view left, std::string_view right, Case letters) {
  return std::ranges::equal(left, right,
                            [&](char one, char other) { return is_same(one, other, letters); });
}

bool is_like(std::string_view text, std::string_view pattern, Case letters, Effort& effort) {
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  std::optional<std::size_t> behind_asterisk;  // And where in the text it was tried last.
  std::size_t tried = 0;
  while (at < text.size()) {
    if (!effort.spend()) return false;
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      behind_asterisk = ++in_pattern;
      const std::string_view rest = pattern.substr(in_pattern);
      if (rest.find_first_of("*?") == std::string_view::npos)
        return ends_with(text.substr(at), rest, letters);
      tried = at;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == '?') {
      at += character_bytes(text, at);
      ++in_pattern;
    } else if (in_pattern < pattern.size() && is_same(text[at], pattern[in_pattern], letters)) {
      ++at;
      ++in_pattern;
    } else if (behind_asterisk) {
      tried += character_bytes(text, tried);
      at = tried;
      in_pattern = *behind_asterisk;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

bool is_like_arn(std::string_view arn, std::string_view pattern, Effort& effort) {
  Parts parts(arn);
  Parts patterns(pattern);
  for (std::size_t i = 0; i < arn_parts; ++i) {
    const std::optional<std::string_view> part = parts.next();
    if (!part || !is_like(*part, patterns.next().value_or("*"), Case::matters, effort))
      return false;
  }
  return true;
}

}  // namespace mailrail::auth
