#include "cli/message_filter.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/shown.h"
#include "cli/exit_codes.h"
#include "cli/rows.h"

namespace mailrail::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view inside_body = "Body.";
constexpr std::string_view of_attribute = "MessageAttributes.";

std::string inside(const json::object& message, std::string_view way) {
  json::error_code error;
  const json::value body = json::parse(text_at(message, "Body"), error);
  if (error || !body.is_object()) return {};
  return text_at(body.get_object(), way);
}

std::string value_at(const json::object& message, std::string_view way) {
  if (way.starts_with(inside_body)) return inside(message, way.substr(inside_body.size()));
  if (way.starts_with(of_attribute)) {
    const std::string value = text_at(message, std::string(way) + ".StringValue");
    return value.empty() ? text_at(message, std::string(way) + ".BinaryValue") : value;
  }
  return text_at(message, way);
}

}  // namespace

Result<MessageFilter> MessageFilter::parse(const std::vector<std::string>& conditions) {
  MessageFilter filter;
  for (const std::string& each : conditions) {
    const std::size_t sign = each.find_first_of("=~");
    if (sign == std::string::npos || sign == 0) {
      return fail(errors::usage,
                  fmt::format("--filter {}: it must be NAME=VALUE or NAME~TEXT, like "
                              "Body.user=7 or Body~urgent.",
                              shown(each)));
    }
    filter.conditions_.push_back({.way = each.substr(0, sign),
                                  .test = each[sign] == '=' ? Test::equals : Test::contains,
                                  .text = each.substr(sign + 1)});
  }
  return filter;
}

bool MessageFilter::lets_through(const json::object& message) const {
  return std::ranges::all_of(conditions_,
                             [&](const Condition& each) { return holds(each, message); });
}

bool MessageFilter::holds(const Condition& condition, const json::object& message) {
  const std::string value = value_at(message, condition.way);
  return condition.test == Test::equals ? value == condition.text : value.contains(condition.text);
}

}  // namespace mailrail::cli
