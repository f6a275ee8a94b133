#include "wire/xml_decode.h"

#include <charconv>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <pugixml.hpp>
#include <simdjson.h>

#include "base/check.h"
#include "base/digest.h"

namespace mailrail::wire {
namespace {

using pugi::xml_node;

Decoded<void> read(xml_node element, Target target);

std::unexpected<DecodeError> bad_value(std::string detail) {
  return decode_failed(DecodeError::Kind::bad_value, "", std::move(detail));
}

bool is_element(xml_node node) { return node.type() == pugi::node_element; }

// The text of an element that holds nothing else.
Decoded<std::string> text_of(xml_node element) {
  std::string text;
  for (const xml_node each : element.children()) {
    if (is_element(each)) {
      return decode_failed(DecodeError::Kind::wrong_type, "",
                           fmt::format("must be a text, not the element {}", each.name()));
    }
    text += each.value();
  }
  // A reference may name what is no character.
  if (!simdjson::validate_utf8(text.data(), text.size())) return bad_value("must be UTF-8");
  return text;
}

template <class Integer>
Decoded<void> read_integer(std::string_view text, Integer& value) {
  using Limits = std::numeric_limits<Integer>;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc::result_out_of_range) {
    return bad_value(fmt::format("must be between {} and {}", Limits::min(), Limits::max()));
  }
  if (code != std::errc() || end != text.data() + text.size())
    return bad_value("must be an integer");
  return {};
}

Decoded<void> read_scalar(std::string text, Target target) {
  switch (target.shape->kind) {
    case ShapeKind::string:
      *static_cast<std::string*>(target.value) = std::move(text);
      return {};
    case ShapeKind::blob: {
      std::optional<std::string> bytes = from_base64(text);
      if (!bytes) return bad_value("must be base64 with padding");
      static_cast<Blob*>(target.value)->bytes = *std::move(bytes);
      return {};
    }
    case ShapeKind::integer:
      return read_integer(text, *static_cast<int*>(target.value));
    case ShapeKind::long_integer:
      return read_integer(text, *static_cast<std::int64_t*>(target.value));
    case ShapeKind::boolean:
      if (text != "true" && text != "false") return bad_value("must be true or false");
      *static_cast<bool*>(target.value) = text == "true";
      return {};
    case ShapeKind::structure:
    case ShapeKind::list:
    case ShapeKind::map:
      break;  // AWS has no collection directly inside another one.
  }
  CHECK(false);
}

std::unexpected<DecodeError> too_many() {
  return bad_value(fmt::format("must not have more than {} elements", collection_size_max));
}

Decoded<void> read_element(xml_node element, Target list) {
  if (list.shape->size(list.value) == collection_size_max) return too_many();
  return read(element, {.shape = list.shape->element, .value = list.shape->append(list.value)});
}

Decoded<void> read_entry(xml_node entry, const Field& field, Target map) {
  if (map.shape->size(map.value) == collection_size_max) return too_many();
  const xml_node key = entry.child(std::string(field.entry_key).c_str());
  const xml_node value = entry.child(std::string(field.entry_value).c_str());
  if (!key || !value) {
    return decode_failed(
        DecodeError::Kind::missing, "",
        fmt::format("is an entry without {}", key ? field.entry_value : field.entry_key));
  }
  const Decoded<std::string> name = text_of(key);
  if (!name) return std::unexpected(name.error());
  return read(value, {.shape = map.shape->element, .value = map.shape->insert(map.value, *name)});
}

Decoded<void> read_collection(xml_node parent,
                              const char* name,
                              const Field& field,
                              Target target) {
  for (const xml_node each : parent.children(name)) {
    Decoded<void> done = target.shape->kind == ShapeKind::list ? read_element(each, target)
                                                               : read_entry(each, field, target);
    if (!done) return inside(name, std::move(done).error());
  }
  return {};
}

// Of an element that may be there once the last one counts.
Decoded<void> read_field(xml_node parent, const Field& field, void* structure) {
  const std::string name(field.name);
  if (!is_collection(field.shape->kind)) {
    xml_node element;
    for (const xml_node each : parent.children(name.c_str())) element = each;
    if (!element) return {};
    Decoded<void> done = read(element, {.shape = field.shape, .value = field.emplace(structure)});
    if (!done) return inside(name, std::move(done).error());
    return {};
  }
  const Target target{.shape = field.shape, .value = field.emplace(structure)};
  if (!field.flattened_name.empty()) {
    return read_collection(parent, std::string(field.flattened_name).c_str(), field, target);
  }
  const char* const element = field.shape->kind == ShapeKind::list ? "member" : "entry";
  Decoded<void> done = read_collection(parent.child(name.c_str()), element, field, target);
  if (!done) return inside(name, std::move(done).error());
  return {};
}

Decoded<void> read(xml_node element, Target target) {
  if (target.shape->kind != ShapeKind::structure) {
    Decoded<std::string> text = text_of(element);
    if (!text) return std::unexpected(std::move(text).error());
    return read_scalar(*std::move(text), target);
  }
  for (const Field& each : target.shape->fields()) {
    if (Decoded<void> done = read_field(element, each, target.value); !done) return done;
  }
  return {};
}

std::unexpected<DecodeError> malformed(std::string detail) {
  return decode_failed(DecodeError::Kind::malformed, "", std::move(detail));
}

}  // namespace

Decoded<void> decode_xml(std::string_view text,
                         std::span<const std::string_view> way,
                         Target structure) {
  CHECK(structure.shape->kind == ShapeKind::structure);
  if (text.size() > xml_bytes_max)
    return malformed(fmt::format("must not be longer than {} bytes", xml_bytes_max));
  if (!simdjson::validate_utf8(text.data(), text.size())) return malformed("is not UTF-8");
  pugi::xml_document document;
  constexpr unsigned options =
      pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_ws_pcdata;
  const pugi::xml_parse_result parsed =
      document.load_buffer(text.data(), text.size(), options, pugi::encoding_utf8);
  if (!parsed) return malformed(fmt::format("is not valid XML: {}", parsed.description()));
  xml_node element = document;
  for (const std::string_view each : way) {
    element = element.child(std::string(each).c_str());
    if (!element) return malformed(fmt::format("has no element {}", each));
  }
  return read(element, structure);
}

}  // namespace mailrail::wire
