#include "tests/cases/case_file.h"

#include <charconv>

#include <fmt/format.h>

#include "base/size.h"

namespace mailrail::cases {
namespace {

namespace json = boost::json;

constexpr std::string_view spaces = " \t\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(spaces) - begin + 1);
}

// What is left of a step's text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(trimmed(text)) {}

  bool at_end() const { return rest_.empty(); }
  bool sees(std::string_view token) const { return rest_.starts_with(token); }

  bool take(std::string_view token) {
    if (!sees(token)) return false;
    skip(token.size());
    return true;
  }

  std::string word() {
    const std::size_t size = std::min(rest_.find_first_of(spaces), rest_.size());
    std::string taken(rest_.substr(0, size));
    skip(size);
    return taken;
  }

  std::optional<int> number() {
    int value = 0;
    const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (code != std::errc()) return std::nullopt;
    skip(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  std::optional<std::string> in_brackets() {
    const std::size_t end = rest_.find(']');
    if (!sees("[") || end == std::string_view::npos) return std::nullopt;
    std::string inside(rest_.substr(1, end - 1));
    skip(end + 1);
    return inside;
  }

  Result<json::value> value() {
    json::stream_parser parser;
    boost::system::error_code error;
    const std::size_t size = parser.write_some(rest_.data(), rest_.size(), error);
    if (error || !parser.done())
      return fail(errors::unusable, fmt::format("no JSON: {} at `{}`", error.message(), rest_));
    skip(size);
    return parser.release();
  }

  std::string_view rest() const { return rest_; }

 private:
  void skip(std::size_t size) { rest_ = trimmed(rest_.substr(size)); }

  std::string_view rest_;
};

Result<std::string> text_in(Scanner& in) {
  const json::value value = TRY(in.value());
  if (!value.is_string()) return fail(errors::unusable, "a message is a JSON string");
  return std::string(value.get_string());
}

// `{...}`, `pending` or `400 QueueDoesNotExist "message" | "message on Query"`.
Result<Expectation> read_expectation(Scanner& in) {
  Expectation expected;
  if (in.take("pending")) {
    expected.kind = Expectation::Kind::pending;
    return expected;
  }
  if (in.sees("{")) {
    expected.output = TRY(in.value());
    return expected;
  }
  const std::optional<int> status = in.number();
  if (!status) return fail(errors::unusable, fmt::format("nothing to expect at `{}`", in.rest()));
  expected.kind = Expectation::Kind::error;
  expected.status = *status;
  const std::string name = in.word();
  const std::size_t slash = name.find('/');
  expected.error_name = name.substr(0, slash);
  if (slash != std::string::npos) expected.query_code = name.substr(slash + 1);
  if (in.sees("\"")) expected.message = TRY(text_in(in));
  if (in.take("|")) expected.query_message = TRY(text_in(in));
  return expected;
}

Result<Duration> read_duration(Scanner& in) {
  const std::optional<int> count = in.number();
  const std::string unit = in.word();
  if (count && unit == "ms") return Duration(*count);
  if (count && unit == "s") return std::chrono::seconds(*count);
  if (count && unit == "min") return std::chrono::minutes(*count);
  if (count && unit == "h") return std::chrono::hours(*count);
  return fail(errors::unusable, "a time is a number with ms, s, min or h");
}

// `3 x Action [option] {input} as $name -> expectation`.
Result<Step> read_call(Scanner in, Step step) {
  if (const std::optional<int> times = in.number()) {
    step.times = *times;
    if (!in.take("x ")) return fail(errors::unusable, "after a number comes `x` and an action");
  }
  step.action = in.word();
  while (in.sees("[")) {
    std::optional<std::string> option = in.in_brackets();
    if (!option) return fail(errors::unusable, "an option has no end");
    step.options.push_back(*std::move(option));
  }
  if (in.sees("{")) step.input = TRY(in.value()).as_object();
  if (in.take("as $")) step.name = in.word();
  if (in.take("->")) step.expected = TRY(read_expectation(in));
  if (!in.at_end()) return fail(errors::unusable, fmt::format("nobody reads `{}`", in.rest()));
  return step;
}

Result<Step> read_step(std::string_view text, int line) {
  Step step{.line = line, .text = std::string(text)};
  Scanner in(text);
  if (in.take("advance ")) {
    step.kind = Step::Kind::advance;
    step.time = TRY(read_duration(in));
  } else if (in.take("strict")) {
    step.kind = Step::Kind::strict;
  } else if (in.take("restart")) {
    step.kind = Step::Kind::restart;
  } else if (in.take("crash")) {
    step.kind = Step::Kind::crash;
  } else if (in.take("memory limit ")) {
    step.kind = Step::Kind::limit_memory;
    const std::optional<std::uint64_t> bytes = parse_size(in.word());
    if (!bytes) return fail(errors::unusable, "a limit is a size like 64MiB");
    step.bytes = *bytes;
  } else if (in.take("key ")) {
    step.kind = Step::Kind::key;
    step.name = in.word();
    step.input = TRY(in.value()).as_object();
  } else if (in.take("$")) {
    step.kind = Step::Kind::check;
    step.name = in.word();
    if (!in.take("->")) return fail(errors::unusable, "a check needs `->`");
    step.expected = TRY(read_expectation(in));
  } else {
    return read_call(in, std::move(step));
  }
  if (!in.at_end()) return fail(errors::unusable, fmt::format("nobody reads `{}`", in.rest()));
  return step;
}

Case read_heading(std::string_view text, int line) {
  Case found{.line = line};
  std::string_view name = trimmed(text.substr(2));
  for (const auto& [mark, only_for] :
       {std::pair{"[json]", OnlyFor::json}, std::pair{"[query]", OnlyFor::query}}) {
    if (!name.ends_with(mark)) continue;
    found.only_for = only_for;
    name = trimmed(name.substr(0, name.size() - std::string_view(mark).size()));
  }
  found.name = name;
  return found;
}

struct Line {
  int number;
  std::string text;
};

// Comments and empty lines left out, continued lines put together.
std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (trimmed(line).empty() || trimmed(line).starts_with('#')) continue;
    if (line.starts_with(' ') && !lines.empty()) {
      lines.back().text += " ";
      lines.back().text += trimmed(line);
    } else {
      lines.push_back({.number = number, .text = std::string(trimmed(line))});
    }
  }
  return lines;
}

}  // namespace

Result<std::vector<Case>> parse_cases(std::string_view text) {
  std::vector<Case> cases;
  for (const auto& [number, line] : lines_of(text)) {
    if (line.starts_with("==")) {
      cases.push_back(read_heading(line, number));
      continue;
    }
    if (cases.empty()) return fail(errors::unusable, "line 1: the first case has no heading");
    Result<Step> step = read_step(line, number);
    if (!step)
      return fail(errors::unusable, fmt::format("line {}: {}", number, step.error().message));
    cases.back().steps.push_back(*std::move(step));
  }
  return cases;
}

}  // namespace mailrail::cases
