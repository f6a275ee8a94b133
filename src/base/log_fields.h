// Log fields: a sentence for the log with names and values beside it, in one string.
//
// The program logs strings; what formats them (cli/log_format.h) shows the fields as such, as
// `name=value` to a person and as members of an object to a machine. Values come from clients: what
// could end a line, move a cursor or begin another field is escaped here, and so is what is no
// UTF-8.

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailrail {

struct LogField {
  std::string_view name;
  std::string_view value;  // Empty: the field is left out.
  enum class Kind : unsigned char { text, number } kind = Kind::text;
};

std::string with_fields(std::string_view sentence, std::initializer_list<LogField> fields);

struct LogLine {
  std::string_view sentence;
  std::vector<LogField> fields;  // Views of what it was made from.
};

LogLine split_fields(std::string_view line);

// Control characters, C1 ones too, as \u001b; bytes that are no UTF-8 as \xff.
std::string escaped_for_log(std::string_view text);

}  // namespace mailrail
