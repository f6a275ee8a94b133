// A text from a client as messages repeat it: whole, unless it is absurdly long. So no error is as
// long as the request it is about.

#pragma once

#include <cstddef>
#include <string_view>

namespace mailrail {

inline constexpr std::size_t shown_bytes_max = 1024;

// Never cut inside a character.
inline std::string_view shown(std::string_view text) {
  if (text.size() <= shown_bytes_max) return text;
  std::size_t end = shown_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace mailrail
