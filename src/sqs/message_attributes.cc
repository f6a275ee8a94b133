#include "sqs/message_attributes.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/digest.h"
#include "sqs/characters.h"
#include "sqs/errors.h"
#include "sqs/limits.h"
#include "sqs/validation.h"

namespace mailrail::sqs {
namespace {

enum class ValueType { string, number, binary };

std::string_view name_of(ValueType type) {
  switch (type) {
    case ValueType::string:
      return "String";
    case ValueType::number:
      return "Number";
    case ValueType::binary:
      return "Binary";
  }
  return "";
}

std::unexpected<Error> invalid(std::string message) {
  return fail(errors::invalid_parameter_value, std::move(message));
}

// AWS takes accented letters, too: U+00C0 to U+017F, whose UTF-8 begins with these bytes.
bool begins_accented_letter(char byte) { return byte >= '\xc3' && byte <= '\xc5'; }

bool has_name_characters_only(std::string_view name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (begins_accented_letter(name[i])) {
      i += 1;  // Both of its bytes.
    } else if (!is_letter_or_digit(name[i]) && !std::string_view("_-.").contains(name[i])) {
      return false;
    }
  }
  return true;
}

Result<void> check_name(std::string_view name) {
  if (name.empty())
    return invalid("The request must contain non-empty message (user) attribute names.");
  if (name.size() > limits::message_attribute_name_size_max) {
    return invalid(fmt::format("Message (user) attribute name must be shorter than {} bytes.",
                               limits::message_attribute_name_size_max));
  }
  if (!has_name_characters_only(name)) {
    return invalid(
        "Message (user) attributes name can only contain upper and lower score characters, digits, "
        "periods, hyphens and underscores.");
  }
  if (name.starts_with('.') || name.ends_with('.') || begins_ignoring_case(name, "aws.") ||
      begins_ignoring_case(name, "amazon.")) {
    return invalid(
        "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings "
        "are reserved for internal use. Additionally, they cannot start or end with '.'.");
  }
  return {};
}

// `String`, `Number` or `Binary`, or one of them with a suffix of the client's own: `Number.float`.
std::optional<ValueType> value_type(std::string_view data_type) {
  const std::size_t dot = data_type.find('.');
  if (dot == data_type.size() - 1) return std::nullopt;
  const std::string_view prefix = data_type.substr(0, dot);
  for (const ValueType type : {ValueType::string, ValueType::number, ValueType::binary}) {
    if (prefix == name_of(type)) return type;
  }
  return std::nullopt;
}

Result<ValueType> check_type(std::string_view name, std::string_view data_type) {
  if (data_type.empty()) {
    return invalid(
        fmt::format("Message (user) attribute '{}' must contain a non-empty data type.", name));
  }
  if (data_type.size() > limits::message_attribute_type_size_max) {
    return invalid(fmt::format("Message (user) attribute type must be shorter than {} bytes.",
                               limits::message_attribute_type_size_max));
  }
  const std::optional<ValueType> type = value_type(data_type);
  if (!type) {
    return invalid(
        fmt::format("The type of message (user) attribute '{}' is invalid. You must use only the "
                    "following supported "
                    "type prefixes: Binary, Number, String.",
                    name));
  }
  return *type;
}

// A decimal number with up to 38 significant digits, between 10^-128 and 10^126 or zero. It is kept
// as it was sent.
bool is_number(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  const std::size_t exponent_at = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, exponent_at);
  int exponent = 0;
  if (exponent_at < text.size()) {
    std::string_view digits = text.substr(exponent_at + 1);
    if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
    const auto [end, code] =
        std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (code != std::errc() || end != digits.data() + digits.size()) return false;
    if (exponent < -1000 || exponent > 1000) return false;
  }

  const std::size_t dot = std::min(mantissa.find('.'), mantissa.size());
  std::string digits(mantissa.substr(0, dot));
  digits += mantissa.substr(std::min(dot + 1, mantissa.size()));
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return false;
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return true;
  const std::size_t last = digits.find_last_not_of('0');
  const int significant = static_cast<int>(last - first) + 1;
  const int magnitude =
      static_cast<int>(dot) - static_cast<int>(first) - 1 + exponent;  // 10^magnitude and up.
  return significant <= limits::number_digits_max && magnitude >= limits::number_exponent_min &&
         magnitude <= limits::number_exponent_max;
}

Result<void> check_text(std::string_view name, std::string_view text) {
  const std::optional<char32_t> forbidden = first_forbidden_character(text);
  if (!forbidden) return {};
  return invalid(
      fmt::format("Invalid binary character '#x{:X}' was found in the value of message (user) "
                  "attribute '{}', the set of "
                  "allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | "
                  "#x10000 to #x10FFFF",
                  static_cast<std::uint32_t>(*forbidden), name));
}

// The bytes of a value, as they are counted and digested.
std::string_view bytes_of(const MessageAttributeValue& value) {
  if (value.binary_value) return value.binary_value->bytes;
  return value.string_value ? std::string_view(*value.string_value) : std::string_view();
}

Result<void> check_value(std::string_view name, const MessageAttributeValue& value) {
  const ValueType type = TRY(check_type(name, value.data_type));
  if (!value.string_list_values.empty() || !value.binary_list_values.empty()) {
    return invalid("Message attribute list values in SendMessage operation are not supported.");
  }
  const bool is_binary = type == ValueType::binary;
  if (is_binary ? value.string_value.has_value() : value.binary_value.has_value()) {
    return invalid(
        fmt::format("The message (user) attribute '{}' with type '{}' must use field '{}'.", name,
                    value.data_type, is_binary ? "Binary" : "String"));
  }
  const std::string_view bytes = bytes_of(value);
  if (bytes.empty()) {
    return invalid(
        fmt::format("Message (user) attribute '{}' must contain a non-empty value of type '{}'.",
                    name, name_of(type)));
  }
  if (type == ValueType::number && !is_number(bytes)) {
    return invalid(
        fmt::format("Can't cast the value of message (user) attribute '{}' to a number.", name));
  }
  return is_binary ? Result<void>() : check_text(name, bytes);
}

void append_digested(std::string& out, std::string_view part) {
  const auto size = static_cast<std::uint32_t>(part.size());
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(size >> shift);
  out += part;
}

bool asks_for(std::string_view pattern, std::string_view name) {
  if (pattern == "All" || pattern == "*" || pattern == ".*") return true;
  if (pattern.ends_with(".*")) return name.starts_with(pattern.substr(0, pattern.size() - 2));
  return name == pattern;
}

}  // namespace

Result<void> check_message_attributes(const MessageAttributes& attributes) {
  if (attributes.size() > limits::message_attributes_max) {
    return invalid(
        fmt::format("Number of message attributes [{}] exceeds the allowed maximum [{}].",
                    attributes.size(), limits::message_attributes_max));
  }
  for (const auto& [name, value] : attributes) {
    TRY(check_name(name));
    TRY(check_value(name, value));
  }
  return {};
}

Result<void> check_message_system_attributes(const MessageAttributes& attributes) {
  for (const auto& [name, value] : attributes) {
    if (name != "AWSTraceHeader") {
      return invalid(
          fmt::format("Message system attribute name '{}' is invalid.", errors::shown(name)));
    }
    if (value.data_type != "String" || value.binary_value || !value.string_list_values.empty() ||
        !value.binary_list_values.empty()) {
      return invalid("Message (system) attribute 'AWSTraceHeader' must have the type 'String'.");
    }
    if (!value.string_value || value.string_value->empty()) {
      return invalid(
          "Message (system) attribute 'AWSTraceHeader' must contain a non-empty value of type "
          "'String'.");
    }
    if (value.string_value->size() > limits::trace_header_bytes_max) {
      return invalid(
          fmt::format("Message (system) attribute 'AWSTraceHeader' has {} bytes. It may have {}.",
                      value.string_value->size(), limits::trace_header_bytes_max));
    }
    TRY(check_text(name, *value.string_value));
  }
  return {};
}

std::size_t counted_bytes(const MessageAttributes& attributes) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : attributes)
    bytes += name.size() + value.data_type.size() + bytes_of(value).size();
  return bytes;
}

std::optional<std::string> md5_of(const MessageAttributes& attributes) {
  if (attributes.empty()) return std::nullopt;
  std::string digested;
  for (const auto& [name, value] : attributes) {
    append_digested(digested, name);
    append_digested(digested, value.data_type);
    digested += value.binary_value ? '\2' : '\1';
    append_digested(digested, bytes_of(value));
  }
  return hex(md5(digested));
}

MessageAttributes selected(const MessageAttributes& attributes,
                           std::span<const std::string> names) {
  MessageAttributes found;
  for (const auto& [name, value] : attributes) {
    if (std::ranges::any_of(names,
                            [&](std::string_view pattern) { return asks_for(pattern, name); })) {
      found.emplace(name, value);
    }
  }
  return found;
}

}  // namespace mailrail::sqs
