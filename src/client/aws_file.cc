#include "client/aws_file.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace mailrail::client {
namespace {

constexpr std::string_view space = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(space), text.size());
  return text.substr(begin, text.find_last_not_of(space) + 1 - begin);
}

// A comment behind a value begins with a space.
std::string_view without_comment(std::string_view value) {
  for (std::size_t i = 1; i < value.size(); ++i) {
    const bool is_mark = value[i] == '#' || value[i] == ';';
    if (is_mark && space.contains(value[i - 1])) return trimmed(value.substr(0, i));
  }
  return value;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& each : out) {
    if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
  }
  return out;
}

// `[profile  dev]` is "profile dev".
std::string section_name(std::string_view inner) {
  const std::string_view name = trimmed(inner);
  const std::size_t gap = std::min(name.find_first_of(space), name.size());
  const std::string_view rest = trimmed(name.substr(gap));
  std::string out(name.substr(0, gap));
  if (!rest.empty()) out += ' ' + std::string(rest);
  return out;
}

class Parser {
 public:
  // False if it is no line of such a file.
  bool take(std::string_view line) {
    const std::string_view text = trimmed(line);
    if (text.empty() || text.front() == '#' || text.front() == ';') return true;
    if (text.front() == '[') return take_section(text);
    if (section_ == nullptr) return false;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    const std::string name = lower(trimmed(text.substr(0, equals)));
    const std::string_view value = without_comment(trimmed(text.substr(equals + 1)));
    if (!space.contains(line.front())) {
      above_ = name;
      (*section_)[name] = value;
      return true;
    }
    if (above_.empty()) return false;
    (*section_)[above_ + "." + name] = value;
    return true;
  }

  AwsFile take_file() { return std::move(file_); }

 private:
  bool take_section(std::string_view text) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    const std::string name = section_name(text.substr(1, end - 1));
    if (name.empty()) return false;
    section_ = &file_[name];
    above_.clear();
    return true;
  }

  AwsFile file_;
  AwsSection* section_ = nullptr;
  std::string above_;  // The last setting that was not indented.
};

}  // namespace

Result<AwsFile> parse_aws_file(std::string_view text) {
  Parser parser;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    ++number;
    if (!parser.take(line)) {
      return fail(errors::unusable,
                  fmt::format("Line {} is neither [SECTION] nor NAME = VALUE in one.", number));
    }
  }
  return parser.take_file();
}

}  // namespace mailrail::client
