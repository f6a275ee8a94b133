#include "tests/cases/expect.h"

#include <charconv>
#include <regex>

#include <fmt/format.h>

namespace mailrail::cases {
namespace {

namespace json = boost::json;

constexpr std::string_view endpoint = "http://mailrail.test/000000000000/";
constexpr std::size_t shown_max = 400;

bool is_letter(char each) { return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z'); }

// A queue's URL or a part of an answer: `$` and a letter.
bool is_reference(std::string_view text) {
  return text.size() >= 2 && text[0] == '$' && is_letter(text[1]) && !text.contains(' ') &&
         text != "$any";
}

std::string shown(const json::value& value) {
  std::string text = json::serialize(value);
  if (text.size() > shown_max)
    text = fmt::format("{}... ({} bytes)", text.substr(0, shown_max), text.size());
  return text;
}

std::string differs(const std::string& path, std::string_view expected, const json::value& got) {
  return fmt::format("{}: expected {}, got {}", path.empty() ? "the answer" : path, expected,
                     shown(got));
}

std::string inside(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

// Of numbers of the same number of digits.
bool is_above(std::string_view got, std::string_view bound) {
  return got.size() == bound.size() && got > bound;
}

std::optional<std::string> string_difference(std::string_view expected,
                                             const json::value& got,
                                             const std::string& path) {
  if (expected == "$any") return std::nullopt;
  if (!got.is_string()) return differs(path, shown(json::value(expected)), got);
  const std::string_view text = got.get_string();
  constexpr std::string_view like = "$like ";
  constexpr std::string_view above = "$above ";
  constexpr std::string_view other = "$not ";
  bool matches = expected == text;
  if (expected.starts_with(like)) {
    const std::string pattern(expected.substr(like.size()));
    matches = std::regex_match(text.begin(), text.end(), std::regex(pattern));
  } else if (expected.starts_with(above)) {
    matches = is_above(text, expected.substr(above.size()));
  } else if (expected.starts_with(other)) {
    matches = text != expected.substr(other.size());
  }
  if (matches) return std::nullopt;
  return differs(path, shown(json::value(expected)), got);
}

std::optional<std::string> object_difference(const json::object& expected,
                                             const json::value& got,
                                             const std::string& path) {
  if (got.is_string()) {  // A policy is JSON in a string.
    boost::system::error_code error;
    const json::value inner = json::parse(got.get_string(), error);
    if (!error) return difference(expected, inner, path);
  }
  if (!got.is_object()) return differs(path, shown(expected), got);
  const json::object& members = got.get_object();
  for (const auto& [name, value] : expected) {
    if (name == "...") continue;
    const json::value* member = members.if_contains(name);
    if (value.is_null()) {
      if (member != nullptr) return differs(inside(path, name), "it absent", *member);
      continue;
    }
    if (member == nullptr)
      return fmt::format("{} is absent, expected {}", inside(path, name), shown(value));
    if (auto found = difference(value, *member, inside(path, name))) return found;
  }
  if (!expected.contains("...")) return std::nullopt;
  for (const auto& [name, value] : members) {
    if (!expected.contains(name)) return differs(inside(path, name), "it absent", value);
  }
  return std::nullopt;
}

std::optional<std::string> array_difference(const json::array& expected,
                                            const json::value& got,
                                            const std::string& path) {
  if (!got.is_array() || got.get_array().size() != expected.size())
    return differs(path, fmt::format("{} elements: {}", expected.size(), shown(expected)), got);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (auto found = difference(expected[i], got.get_array()[i], inside(path, fmt::to_string(i))))
      return found;
  }
  return std::nullopt;
}

// The part of `value` that `path` leads to: members and places, between dots.
const json::value* part_of(const json::value& value, std::string_view path) {
  const json::value* part = &value;
  while (part != nullptr && !path.empty()) {
    const std::size_t end = std::min(path.find('.'), path.size());
    const std::string_view step = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (const json::object* object = part->if_object()) {
      part = object->if_contains(step);
    } else if (const json::array* array = part->if_array()) {
      std::size_t place = array->size();
      std::from_chars(step.data(), step.data() + step.size(), place);
      part = place < array->size() ? &(*array)[place] : nullptr;
    } else {
      part = nullptr;
    }
  }
  return part;
}

// `$repeat x 3`: xxx.
std::optional<std::string> repeated(std::string_view text) {
  constexpr std::string_view begin = "$repeat ";
  if (!text.starts_with(begin)) return std::nullopt;
  const std::string_view rest = text.substr(begin.size());
  const std::size_t space = rest.rfind(' ');
  std::size_t count = 0;
  if (space == std::string_view::npos) return std::nullopt;
  std::from_chars(rest.data() + space + 1, rest.data() + rest.size(), count);
  std::string out;
  for (; count > 0; --count) out += rest.substr(0, space);
  return out;
}

}  // namespace

Result<json::value> Names::value_of(std::string_view name) const {
  if (const auto text = repeated(fmt::format("${}", name))) return json::value(*text);
  const std::size_t dot = std::min(name.find('.'), name.size());
  const auto found = values_.find(name.substr(0, dot));
  if (found == values_.end()) return json::value(fmt::format("{}{}", endpoint, name));
  const std::string_view path = name.substr(std::min(dot + 1, name.size()));
  const json::value* part = part_of(found->second, path);
  if (part == nullptr)
    return fail(errors::unusable, fmt::format("${} is not in {}", name, shown(found->second)));
  return *part;
}

Result<std::string> Names::resolved_text(std::string_view text) const {
  std::string out;
  for (std::size_t begin; (begin = text.find("${")) != std::string_view::npos;) {
    out += text.substr(0, begin);
    const std::size_t end = text.find('}', begin);
    const json::value value = TRY(value_of(text.substr(begin + 2, end - begin - 2)));
    out += value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    text.remove_prefix(end + 1);
  }
  return out += text;
}

Result<json::value> Names::resolved_string(std::string_view text) const {
  if (text.starts_with("$repeat ") || is_reference(text)) return value_of(text.substr(1));
  return json::value(TRY(resolved_text(text)));
}

Result<json::value> Names::resolved(const json::value& value) const {
  if (value.is_string()) return resolved_string(value.get_string());
  if (const json::object* object = value.if_object()) {
    json::object out;
    for (const auto& [name, each] : *object) out[TRY(resolved_text(name))] = TRY(resolved(each));
    return out;
  }
  if (const json::array* array = value.if_array()) {
    json::array out;
    for (const json::value& each : *array) out.push_back(TRY(resolved(each)));
    return out;
  }
  return value;
}

std::optional<std::string> difference(const json::value& expected,
                                      const json::value& got,
                                      const std::string& path) {
  if (expected.is_string()) return string_difference(expected.get_string(), got, path);
  if (expected.is_object()) return object_difference(expected.get_object(), got, path);
  if (expected.is_array()) return array_difference(expected.get_array(), got, path);
  if (expected == got) return std::nullopt;
  return differs(path, shown(expected), got);
}

}  // namespace mailrail::cases
