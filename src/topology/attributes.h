// The attributes of queues, topics and subscriptions that a file may set: AWS's name of each, a
// friendlier one, and what a value looks like.
//
// A file may say 30s, 256KiB, true or a JSON object as such; what comes out is the text that AWS's
// API takes. Whether a value is within AWS's bounds is for the server to say.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace mailrail::topology {

enum class ValueKind : std::uint8_t { text, boolean, seconds, bytes, json };

struct AttributeName {
  std::string_view aws;
  std::string_view friendly;
  ValueKind kind = ValueKind::text;
};

std::span<const AttributeName> queue_attribute_names();
std::span<const AttributeName> topic_attribute_names();
std::span<const AttributeName> subscription_attribute_names();

// By either name.
const AttributeName* find_attribute(std::span<const AttributeName> names, std::string_view name);

// The text for the API, or what would be right: "a duration like 30s".
std::expected<std::string, std::string_view> text_of(const boost::json::value& value,
                                                     ValueKind kind);

// What a document is, however it was written: an object as such or as text. Nothing if neither.
std::optional<boost::json::value> json_in(const boost::json::value& value);

}  // namespace mailrail::topology
