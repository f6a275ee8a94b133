#include "sns/filter_event.h"

#include <charconv>
#include <cmath>

#include <boost/json.hpp>

#include "sns/filter_json.h"
#include "sns/filter_limits.h"

namespace mailrail::sns {
namespace {

namespace json = boost::json;

template <class Number>
std::optional<Number> whole(std::string_view text) {
  Number number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, code] = std::from_chars(text.data(), end, number);
  if (code != std::errc() || stopped != end) return std::nullopt;
  return number;
}

// As the same number in a body would be read; a sign may be before it, and zeros.
std::optional<json::value> number_in(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  if (const auto number = whole<std::int64_t>(text)) return json::value(*number);
  if (const auto number = whole<std::uint64_t>(text)) return json::value(*number);
  const auto number = whole<double>(text);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return json::value(*number);
}

// Strings, numbers, true, false and null; what else is in the list does not count.
std::optional<json::value> list_in(std::string_view text) {
  const ParsedJson parsed = parse_json(text, limits::filtered_body_depth_max);
  if (parsed.error || !parsed.value.is_array()) return std::nullopt;
  json::array scalars;
  for (const json::value& each : parsed.value.get_array()) {
    if (scalar(each)) scalars.push_back(each);
  }
  return scalars;
}

bool is_type(std::string_view data_type, std::string_view type) {
  return data_type.substr(0, data_type.find('.')) == type;
}

std::optional<json::value> value_of(const EventAttribute& attribute) {
  if (attribute.data_type == "String.Array") return list_in(attribute.value);
  if (is_type(attribute.data_type, "String")) return json::value(json::string(attribute.value));
  if (is_type(attribute.data_type, "Number")) return number_in(attribute.value);
  return std::nullopt;
}

json::value object_of(std::span<const EventAttribute> attributes) {
  json::object object;
  for (const EventAttribute& each : attributes) {
    if (const std::optional<json::value> value = value_of(each))
      object.insert_or_assign(each.name, *value);
  }
  return object;
}

}  // namespace

std::optional<Scalar> scalar(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return Scalar{.kind = ScalarKind::null};
    case json::kind::bool_:
      return Scalar{.kind = ScalarKind::boolean, .boolean = value.get_bool()};
    case json::kind::int64:
      return Scalar{.kind = ScalarKind::number, .number = Number(value.get_int64())};
    case json::kind::uint64:
      return Scalar{.kind = ScalarKind::number, .number = Number(value.get_uint64())};
    case json::kind::double_:
      return Scalar{.kind = ScalarKind::number, .number = Number(value.get_double())};
    case json::kind::string:
      return Scalar{.kind = ScalarKind::string, .text = value.get_string()};
    case json::kind::array:
    case json::kind::object:
      return std::nullopt;
  }
  return std::nullopt;
}

Event::Event(std::string_view body, std::span<const EventAttribute> attributes)
    : attributes_(object_of(attributes)) {
  ParsedJson parsed = parse_json(body, limits::filtered_body_depth_max);
  if (!parsed.error && parsed.value.is_object()) body_.emplace(std::move(parsed.value));
}

}  // namespace mailrail::sns
