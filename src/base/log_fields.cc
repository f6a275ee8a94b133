#include "base/log_fields.h"

#include <fmt/format.h>

namespace mailrail {
namespace {

// Neither can be in a text that was escaped.
constexpr char text_begins = '\x1d';
constexpr char number_begins = '\x1e';
constexpr char value_begins = '\x1f';

std::size_t length_of_sequence(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  if (first >= 0xf0 && first < 0xf5) return 4;
  return 0;
}

// The code point that begins the text and how long it is there; no length if it is no UTF-8.
struct Decoded {
  char32_t point = 0;
  std::size_t length = 0;
};

Decoded decode(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = length_of_sequence(first);
  if (length == 0 || length > text.size()) return {};
  if (length == 1) return {.point = first, .length = 1};
  char32_t point = first & (0x7f >> length);
  for (const char each : text.substr(1, length - 1)) {
    const auto byte = static_cast<unsigned char>(each);
    if ((byte & 0xc0) != 0x80) return {};
    point = point << 6 | (byte & 0x3f);
  }
  const bool is_overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool is_surrogate = point >= 0xd800 && point < 0xe000;
  if (is_overlong || is_surrogate || point > 0x10ffff) return {};
  return {.point = point, .length = length};
}

// Also those that end a line, or turn its direction, in some viewers.
bool is_control(char32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029 ||
         (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

}  // namespace

std::string escaped_for_log(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Decoded next = decode(text);
    if (next.length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    if (is_control(next.point)) {
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(next.point));
    } else {
      out += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return out;
}

std::string with_fields(std::string_view sentence, std::initializer_list<LogField> fields) {
  std::string line = escaped_for_log(sentence);
  for (const LogField& each : fields) {
    if (each.value.empty()) continue;
    line += each.kind == LogField::Kind::text ? text_begins : number_begins;
    line += each.name;
    line += value_begins;
    line += escaped_for_log(each.value);
  }
  return line;
}

LogLine split_fields(std::string_view line) {
  constexpr std::string_view field_begins{"\x1d\x1e"};
  std::size_t at = line.find_first_of(field_begins);
  LogLine split{.sentence = line.substr(0, at), .fields = {}};
  while (at != std::string_view::npos) {
    const std::size_t end = line.find_first_of(field_begins, at + 1);
    const std::string_view field =
        line.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
    const std::size_t middle = field.find(value_begins);
    if (middle != std::string_view::npos) {
      split.fields.push_back(
          {.name = field.substr(0, middle),
           .value = field.substr(middle + 1),
           .kind = line[at] == text_begins ? LogField::Kind::text : LogField::Kind::number});
    }
    at = end;
  }
  return split;
}

}  // namespace mailrail
