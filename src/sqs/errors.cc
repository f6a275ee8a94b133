#include "sqs/errors.h"

namespace mailrail::sqs::errors {

std::string_view shown(std::string_view value) {
  constexpr std::size_t shown_bytes_max = 1024;
  if (value.size() <= shown_bytes_max) return value;
  std::size_t end = shown_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xc0) == 0x80)
    --end;  // Not inside a character.
  return value.substr(0, end);
}

}  // namespace mailrail::sqs::errors
