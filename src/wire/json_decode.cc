#include "wire/json_decode.h"

#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/check.h"
#include "base/digest.h"

namespace mailrail::wire {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

// What a thread keeps between requests. A larger document's memory is given back.
constexpr std::size_t parser_bytes_kept_max = 256 << 10;

Decoded<void> read(element json, Target target);

std::string_view name_of(element_type type) {
  switch (type) {
    case element_type::ARRAY:
      return "a list";
    case element_type::OBJECT:
      return "an object";
    case element_type::INT64:
    case element_type::UINT64:
      return "a number";
    case element_type::DOUBLE:
      return "a number with a fraction or exponent";
    case element_type::STRING:
      return "a string";
    case element_type::BOOL:
      return "a boolean";
    case element_type::NULL_VALUE:
      return "null";
  }
  return "something else";
}

std::unexpected<DecodeError> wrong_type(std::string_view wanted, element json) {
  return decode_failed(DecodeError::Kind::wrong_type, "",
                       fmt::format("must be {}, not {}", wanted, name_of(json.type())));
}

std::unexpected<DecodeError> too_many() {
  return decode_failed(DecodeError::Kind::bad_value, "",
                       fmt::format("must not have more than {} elements", collection_size_max));
}

Decoded<void> read_string(element json, std::string& value) {
  std::string_view text;
  if (json.get(text) != simdjson::SUCCESS) return wrong_type("a string", json);
  value = text;
  return {};
}

Decoded<void> read_blob(element json, Blob& value) {
  std::string_view text;
  if (json.get(text) != simdjson::SUCCESS) return wrong_type("a base64 string", json);
  std::optional<std::string> bytes = from_base64(text);
  if (!bytes) return decode_failed(DecodeError::Kind::bad_value, "", "must be base64 with padding");
  value.bytes = *std::move(bytes);
  return {};
}

template <class Integer>
Decoded<void> read_integer(element json, Integer& value) {
  using Limits = std::numeric_limits<Integer>;
  if (!json.is<std::int64_t>() && !json.is<std::uint64_t>()) return wrong_type("an integer", json);
  std::int64_t number = 0;
  if (json.get(number) != simdjson::SUCCESS || number < Limits::min() || number > Limits::max()) {
    return decode_failed(DecodeError::Kind::bad_value, "",
                         fmt::format("must be between {} and {}", Limits::min(), Limits::max()));
  }
  value = static_cast<Integer>(number);
  return {};
}

Decoded<void> read_boolean(element json, bool& value) {
  if (json.get(value) != simdjson::SUCCESS) return wrong_type("a boolean", json);
  return {};
}

const Field* find(std::span<const Field> fields, std::string_view name) {
  for (const Field& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

Decoded<void> read_structure(element json, Target target) {
  simdjson::dom::object object;
  if (json.get(object) != simdjson::SUCCESS) return wrong_type("an object", json);
  const std::span<const Field> fields = target.shape->fields();
  for (const auto& [name, value] : object) {
    const Field* field = find(fields, name);
    if (field == nullptr) continue;
    if (value.is_null()) {
      field->clear(target.value);
      continue;
    }
    Decoded<void> done =
        read(value, {.shape = field->shape, .value = field->emplace(target.value)});
    if (!done) return inside(name, std::move(done).error());
  }
  return {};
}

Decoded<void> read_list(element json, Target target) {
  simdjson::dom::array array;
  if (json.get(array) != simdjson::SUCCESS) return wrong_type("a list", json);
  std::size_t place = 0;
  for (const element each : array) {
    if (++place > collection_size_max) return too_many();
    Decoded<void> done =
        read(each, {.shape = target.shape->element, .value = target.shape->append(target.value)});
    if (!done) return inside(fmt::to_string(place), std::move(done).error());
  }
  return {};
}

Decoded<void> read_map(element json, Target target) {
  simdjson::dom::object object;
  if (json.get(object) != simdjson::SUCCESS) return wrong_type("an object", json);
  for (const auto& [key, value] : object) {
    if (value.is_null()) continue;
    if (target.shape->size(target.value) >= collection_size_max) return too_many();
    Decoded<void> done = read(
        value, {.shape = target.shape->element, .value = target.shape->insert(target.value, key)});
    if (!done) return inside(key, std::move(done).error());
  }
  return {};
}

Decoded<void> read(element json, Target target) {
  switch (target.shape->kind) {
    case ShapeKind::string:
      return read_string(json, *static_cast<std::string*>(target.value));
    case ShapeKind::blob:
      return read_blob(json, *static_cast<Blob*>(target.value));
    case ShapeKind::integer:
      return read_integer(json, *static_cast<int*>(target.value));
    case ShapeKind::long_integer:
      return read_integer(json, *static_cast<std::int64_t*>(target.value));
    case ShapeKind::boolean:
      return read_boolean(json, *static_cast<bool*>(target.value));
    case ShapeKind::structure:
      return read_structure(json, target);
    case ShapeKind::list:
      return read_list(json, target);
    case ShapeKind::map:
      return read_map(json, target);
  }
  CHECK(false);
}

simdjson::dom::parser fresh_parser() {
  simdjson::dom::parser parser(json_bytes_max);
  CHECK(parser.allocate(4096, json_depth_max) == simdjson::SUCCESS);
  return parser;
}

}  // namespace

Decoded<void> decode_json(std::string_view text, Target structure) {
  CHECK(structure.shape->kind == ShapeKind::structure);
  if (text.empty()) return {};
  thread_local simdjson::dom::parser parser = fresh_parser();

  Decoded<void> done;
  element root;
  if (const simdjson::error_code code = parser.parse(text.data(), text.size()).get(root)) {
    done = decode_failed(DecodeError::Kind::malformed, "",
                         fmt::format("is not valid JSON: {}", simdjson::error_message(code)));
  } else {
    done = read(root, structure);
  }
  if (parser.capacity() > parser_bytes_kept_max) parser = fresh_parser();
  return done;
}

}  // namespace mailrail::wire
