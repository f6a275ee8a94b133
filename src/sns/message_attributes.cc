#include "sns/message_attributes.h"

#include <fmt/format.h>

#include "sns/characters.h"
#include "sns/errors.h"
#include "sns/limits.h"

namespace mailrail::sns {
namespace {

std::unexpected<Error> invalid(std::string message) {
  return fail(errors::parameter_value_invalid_kind, std::move(message));
}

// The character that begins there, of UTF-8, which everything is that was decoded.
char32_t character_at(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return first;
  const std::size_t more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  char32_t character = first & (0x3f >> more);
  for (std::size_t i = 1; i <= more && at + i < text.size(); ++i)
    character = character << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3f);
  return character;
}

Result<void> check_name(std::string_view name) {
  if (name.empty()) return invalid("Message attribute name can not be empty.");
  if (name.size() > limits::message_attribute_name_bytes_max)
    return invalid("Length of message attribute name must be less than 256 bytes.");
  if (name.starts_with('.'))
    return invalid("Invalid message attribute name starting with character '.' was found.");
  if (name.ends_with('.'))
    return invalid("Invalid message attribute name ending with character '.' was found.");
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!is_letter_or_digit(name[i]) && !std::string_view("-_.").contains(name[i])) {
      return invalid(fmt::format(
          "Invalid non-alphanumeric character '#x{:X}' was found in the message attribute name. "
          "Can only include alphanumeric characters, hyphens, underscores, or dots.",
          static_cast<std::uint32_t>(character_at(name, i))));
    }
    if (name[i] == '.' && name[i - 1] == '.')
      return invalid("Message attribute name can not have successive '.' character.");
  }
  return {};
}

// `String`, `Number` or `Binary`, or one of them with a suffix of the client's own.
bool is_data_type(std::string_view data_type) {
  const std::size_t dot = data_type.find('.');
  const std::string_view prefix = data_type.substr(0, dot);
  return (prefix == "String" || prefix == "Number" || prefix == "Binary") &&
         (dot == std::string_view::npos || dot + 1 < data_type.size());
}

bool is_binary(const MessageAttributeValue& value) {
  return value.data_type->starts_with("Binary");
}

std::string_view bytes_of(const MessageAttributeValue& value) {
  if (value.binary_value) return value.binary_value->bytes;
  return value.string_value ? std::string_view(*value.string_value) : std::string_view();
}

Result<void> check_value(std::string_view name, const MessageAttributeValue& value) {
  if (!is_data_type(*value.data_type)) {
    return invalid(
        fmt::format("The message attribute '{}' has an invalid message attribute type, the set of "
                    "supported type prefixes is Binary, Number, and String.",
                    name));
  }
  const bool has_other =
      is_binary(value) ? value.string_value.has_value() : value.binary_value.has_value();
  const bool has_own =
      is_binary(value) ? value.binary_value.has_value() : value.string_value.has_value();
  if (has_other) {
    return invalid(fmt::format("The message attribute '{}' with type '{}' must use field '{}'.",
                               name, errors::shown(*value.data_type),
                               is_binary(value) ? "Binary" : "String"));
  }
  if (!has_own || bytes_of(value).empty()) {
    return invalid(
        fmt::format("The message attribute '{}' must contain non-empty message attribute value for "
                    "message attribute type '{}'.",
                    name, errors::shown(*value.data_type)));
  }
  return {};
}

}  // namespace

Result<void> check_message_attributes(const MessageAttributes& attributes, std::string_view place) {
  for (const auto& [name, value] : attributes) {
    TRY(check_name(name));
    if (!value.data_type) {
      return fail(errors::validation_error_kind,
                  fmt::format("1 validation error detected: Value null at '{}.{}.member.dataType' "
                              "failed to satisfy constraint: Member must not be null",
                              place, name));
    }
    TRY(check_value(name, value));
  }
  return {};
}

std::size_t counted_bytes(const MessageAttributes& attributes) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : attributes)
    bytes += name.size() + value.data_type.value_or("").size() + bytes_of(value).size();
  return bytes;
}

std::vector<EventAttribute> event_attributes(const MessageAttributes& attributes) {
  std::vector<EventAttribute> seen;
  seen.reserve(attributes.size());
  for (const auto& [name, value] : attributes)
    seen.push_back({.name = name, .data_type = *value.data_type, .value = bytes_of(value)});
  return seen;
}

std::vector<PublishedAttribute> published_attributes(const MessageAttributes& attributes) {
  std::vector<PublishedAttribute> kept;
  kept.reserve(attributes.size());
  for (const auto& [name, value] : attributes) {
    kept.push_back({.name = name,
                    .data_type = *value.data_type,
                    .value = bytes_of(value),
                    .is_binary = is_binary(value)});
  }
  return kept;
}

}  // namespace mailrail::sns
