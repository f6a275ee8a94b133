#include "topology/hocon.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/shown.h"
#include "topology/document.h"

namespace mailrail::topology {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 32;
constexpr std::string_view ends_of_value = "\n,}#";
constexpr std::string_view ends_of_key = " \t\r\n={:}.\"#,";

bool is_space(char each) { return each == ' ' || each == '\t' || each == '\r'; }

// As the parser of JSON sees it, which takes no other text.
bool is_utf8(std::string_view text) {
  std::string quoted = "\"";
  for (const char each : text) {
    const bool is_plain = static_cast<unsigned char>(each) >= ' ' && each != '"' && each != '\\';
    quoted += is_plain ? each : ' ';
  }
  boost::system::error_code error;
  json::parse(quoted + "\"", error);
  return !error;
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  Result<Hocon> parse() {
    if (!is_utf8(rest_)) return wrong("The text is not UTF-8.");
    skip_to_next();
    const bool has_braces = rest_.starts_with('{');
    if (has_braces) take(1);
    TRY(members(made_.root, "", 0));
    if (has_braces && !rest_.starts_with('}')) return wrong("The last } is missing.");
    if (has_braces) take(1);
    skip_to_next();
    if (!rest_.empty()) return wrong("There is a } too many.");
    return std::move(made_);
  }

 private:
  std::unexpected<Error> wrong(std::string_view sentence) const {
    return fail(errors::unusable, fmt::format("{}:{}: {}", name_, line_, sentence));
  }

  void take(std::size_t count) {
    for (const char each : rest_.substr(0, count)) line_ += each == '\n' ? 1 : 0;
    rest_.remove_prefix(count);
  }

  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_.front())) take(1);
  }

  bool is_at_comment() const { return rest_.starts_with('#') || rest_.starts_with("//"); }

  // Past spaces, line breaks, commas between members, and comments.
  void skip_to_next() {
    for (;;) {
      skip_spaces();
      if (rest_.starts_with('\n') || rest_.starts_with(',')) {
        take(1);
      } else if (is_at_comment()) {
        take(std::min(rest_.find('\n'), rest_.size()));
      } else {
        return;
      }
    }
  }

  Result<void> members(json::object& object, const std::string& path, std::size_t depth) {
    if (depth > depth_max) return wrong("This is nested too deeply.");
    for (skip_to_next(); !rest_.empty() && rest_.front() != '}'; skip_to_next()) {
      if (rest_.starts_with("include ")) {
        TRY(include());
      } else {
        TRY(member(object, path, depth));
      }
    }
    return {};
  }

  Result<void> include() {
    const std::string_view line = rest_.substr(0, rest_.find('\n'));
    if (!line.contains("classpath(")) return wrong("No other file is included here.");
    take(line.size());
    return {};
  }

  Result<void> member(json::object& object, const std::string& path, std::size_t depth) {
    const std::size_t line = line_;
    json::object* inner = &object;
    std::string inner_path = path;
    std::vector<std::string> keys = TRY(key());
    for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
      inner_path = path_to(inner_path, keys[i]);
      inner = table(*inner, keys[i]);
    }
    inner_path = path_to(inner_path, keys.back());
    made_.lines.emplace(inner_path, line);
    skip_spaces();
    if (!rest_.starts_with('{') && !rest_.starts_with('=') && !rest_.starts_with(':'))
      return wrong(fmt::format("After {} must come = or {{.", shown(keys.back())));
    if (!rest_.starts_with('{')) take(1);
    skip_spaces();
    if (!rest_.starts_with('{')) {
      (*inner)[keys.back()] = TRY(value());
      return {};
    }
    take(1);
    TRY(members(*table(*inner, keys.back()), inner_path, depth + keys.size()));
    if (rest_.empty()) return wrong(fmt::format("The }} of {} is missing.", shown(keys.back())));
    take(1);
    return {};
  }

  // The table of that name: a second mention adds to it.
  static json::object* table(json::object& object, const std::string& key) {
    json::value& made = object[key];
    if (!made.is_object()) made = json::object();
    return &made.get_object();
  }

  Result<std::vector<std::string>> key() {
    std::vector<std::string> parts;
    for (;;) {
      std::string part;
      if (rest_.starts_with('"')) {
        part = TRY(quoted());
      } else {
        const std::size_t end = std::min(rest_.find_first_of(ends_of_key), rest_.size());
        part = rest_.substr(0, end);
        take(end);
      }
      if (part.empty() || parts.size() >= depth_max) return wrong("Here must be a key.");
      parts.push_back(std::move(part));
      if (!rest_.starts_with('.')) return parts;
      take(1);
    }
  }

  // Its escapes are those of JSON.
  Result<std::string> quoted() {
    if (rest_.starts_with("\"\"\"")) return wrong("Texts of several lines are not read here.");
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"' && rest_[end] != '\n')
      end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size() || rest_[end] != '"') return wrong("The text has no closing quote.");
    boost::system::error_code error;
    const json::value read = json::parse(rest_.substr(0, end + 1), error);
    if (error) return wrong("The text in quotes is not well-formed.");
    take(end + 1);
    return std::string(read.get_string());
  }

  Result<json::value> value() {
    if (rest_.starts_with('[')) return wrong("Lists are not read here.");
    if (rest_.starts_with('"')) return json::value(TRY(quoted()));
    std::size_t end = std::min(rest_.find_first_of(ends_of_value), rest_.size());
    end = std::min(end, rest_.find("//"));
    std::string_view text = rest_.substr(0, end);
    take(text.size());
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    if (text.contains("${")) return wrong("Substitutions like ${...} are not made here.");
    if (text == "true" || text == "false") return json::value(text == "true");
    std::int64_t number = 0;
    const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && last == text.data() + text.size()) return json::value(number);
    return json::value(text);
  }

  std::string_view rest_;
  const std::string& name_;
  std::size_t line_ = 1;
  Hocon made_;
};

}  // namespace

Result<Hocon> parse_hocon(std::string_view text, const std::string& name) {
  return Parser(text, name).parse();
}

}  // namespace mailrail::topology
