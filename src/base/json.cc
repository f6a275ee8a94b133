#include "base/json.h"

#include <array>
#include <charconv>

namespace mailrail {
namespace {

constexpr std::array<bool, 256> needs_escape = [] {
  std::array<bool, 256> table{};
  for (int control = 0; control < 0x20; ++control) table[control] = true;
  table['"'] = true;
  table['\\'] = true;
  return table;
}();

void append_escaped(std::string& out, char character) {
  static constexpr char digits[] = "0123456789abcdef";
  switch (character) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += digits[character >> 4];
      out += digits[character & 15];
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t written = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!needs_escape[static_cast<unsigned char>(text[i])]) [[likely]]
      continue;
    out.append(text, written, i - written);
    append_escaped(out, text[i]);
    written = i + 1;
  }
  out.append(text, written);
  out += '"';
}

}  // namespace

void JsonWriter::key(std::string_view name) {
  separate();
  append_quoted(out_, name);
  out_ += ':';
  needs_comma_ = false;
}

void JsonWriter::string(std::string_view value) {
  separate();
  append_quoted(out_, value);
}

void JsonWriter::number(std::int64_t value) {
  separate();
  char digits[24];
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof digits, value);
  out_.append(digits, end.ptr);
}

void JsonWriter::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
}

void JsonWriter::null() {
  separate();
  out_ += "null";
}

void JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  needs_comma_ = false;
}

void JsonWriter::close(char bracket) {
  out_ += bracket;
  needs_comma_ = true;
}

// Before every key and every value; a value after a key finds nothing to separate.
void JsonWriter::separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

}  // namespace mailrail
