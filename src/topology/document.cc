#include "topology/document.h"

#include <cmath>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

// NOLINTNEXTLINE(tidy-names): toml++ reads it.
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "topology/hocon.h"

namespace mailrail::topology {
namespace {

namespace json = boost::json;

// From toml++'s tree to ours. What JSON has no word for is refused: dates, and numbers without end.
class Converter {
 public:
  explicit Converter(Document& document) : document_(document) {}

  Result<json::object> object(const toml::table& table, const std::string& path) {
    json::object made;
    for (const auto& [key, node] : table) {
      const std::string inner = path_to(path, key.str());
      document_.lines.emplace(inner, key.source().begin.line);
      made[key.str()] = TRY(value(node, inner));
    }
    return made;
  }

 private:
  Result<json::value> value(const toml::node& node, const std::string& path) {
    if (const auto* table = node.as_table()) return json::value(TRY(object(*table, path)));
    if (const auto* array = node.as_array()) return json::value(TRY(list(*array, path)));
    if (const auto* text = node.as_string()) return json::value(text->get());
    if (const auto* number = node.as_integer()) return json::value(number->get());
    if (const auto* flag = node.as_boolean()) return json::value(flag->get());
    if (const auto* number = node.as_floating_point(); number && std::isfinite(number->get()))
      return json::value(number->get());
    return fail(
        errors::unusable,
        fmt::format("{}: {} is a {}; write it as text, in quotes.", document_.place(path), path,
                    node.is_floating_point() ? "number without end" : "date or time"));
  }

  Result<json::array> list(const toml::array& array, const std::string& path) {
    json::array made;
    for (const toml::node& each : array) {
      const std::string inner = path_to(path, made.size());
      document_.lines.emplace(inner, each.source().begin.line);
      made.push_back(TRY(value(each, inner)));
    }
    return made;
  }

  Document& document_;
};

Result<Document> parse_toml(std::string_view text, std::string name) {
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return fail(errors::unusable,
                fmt::format("{}:{}:{}: This is no TOML: {}.", name, error.source().begin.line,
                            error.source().begin.column, error.description()));
  }
  Document document{.name = std::move(name)};
  document.root = TRY(Converter(document).object(parsed.table(), ""));
  return document;
}

std::size_t line_of(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  for (const char each : text.substr(0, offset)) line += each == '\n' ? 1 : 0;
  return line;
}

// A number beyond every double is read as infinity, which is no JSON.
bool is_finite(const json::value& value) {
  if (value.is_double()) return std::isfinite(value.get_double());
  if (value.is_array()) {
    for (const json::value& each : value.get_array())
      if (!is_finite(each)) return false;
  }
  if (value.is_object()) {
    for (const json::key_value_pair& each : value.get_object())
      if (!is_finite(each.value())) return false;
  }
  return true;
}

Result<Document> parse_json(std::string_view text, std::string name) {
  json::stream_parser parser;
  boost::system::error_code error;
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error && read == text.size()) parser.finish(error);
  if (error || read != text.size()) {
    return fail(errors::unusable,
                fmt::format("{}:{}: This is no JSON: {}.", name, line_of(text, read),
                            error ? error.message() : "something follows the document"));
  }
  json::value root = parser.release();
  if (!root.is_object() || !is_finite(root)) {
    return fail(errors::unusable, fmt::format("{}: The document must be an object, {{...}}, "
                                              "of finite numbers.",
                                              name));
  }
  return Document{
      .name = std::move(name), .format = Format::json, .root = std::move(root.get_object())};
}

bool needs_quotes(std::string_view name) {
  for (const char each : name) {
    const bool is_plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                          (each >= '0' && each <= '9') || each == '_' || each == '-';
    if (!is_plain) return true;
  }
  return name.empty();
}

}  // namespace

std::string path_to(std::string_view outer, std::string_view name) {
  const std::string quoted = needs_quotes(name) ? fmt::format("\"{}\"", name) : std::string(name);
  return outer.empty() ? quoted : fmt::format("{}.{}", outer, quoted);
}

std::string path_to(std::string_view outer, std::size_t index) {
  return fmt::format("{}[{}]", outer, index);
}

std::string Document::place(std::string_view path) const {
  while (!path.empty()) {
    if (const auto found = lines.find(std::string(path)); found != lines.end())
      return fmt::format("{}:{}", name, found->second);
    const std::size_t end = path.find_last_of(".[");
    path = path.substr(0, end == std::string_view::npos ? 0 : end);
  }
  return name;
}

Result<Document> parse_document(std::string_view text, std::string name, Format format) {
  if (text.size() > document_bytes_max) {
    return fail(errors::unusable, fmt::format("{}: The document is longer than {} MiB.", name,
                                              document_bytes_max >> 20));
  }
  if (format == Format::json) return parse_json(text, std::move(name));
  if (format == Format::toml) return parse_toml(text, std::move(name));
  Hocon read = TRY(parse_hocon(text, name));
  return Document{.name = std::move(name),
                  .format = Format::hocon,
                  .root = std::move(read.root),
                  .lines = std::move(read.lines)};
}

}  // namespace mailrail::topology
