#include "wire/query_decode.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "base/check.h"
#include "base/digest.h"

namespace mailrail::wire {
namespace {

std::unexpected<DecodeError> bad_value(const std::string& path, std::string detail) {
  return decode_failed(DecodeError::Kind::bad_value, path, std::move(detail));
}

template <class Integer>
Decoded<void> read_integer(std::string_view text, const std::string& path, Integer& value) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc::result_out_of_range) {
    using Limits = std::numeric_limits<Integer>;
    return bad_value(path, fmt::format("must be between {} and {}", Limits::min(), Limits::max()));
  }
  if (code != std::errc() || end != text.data() + text.size())
    return bad_value(path, "must be an integer");
  return {};
}

Decoded<void> read_boolean(std::string_view text, const std::string& path, bool& value) {
  if (text != "true" && text != "false") return bad_value(path, "must be true or false");
  value = text == "true";
  return {};
}

Decoded<void> read_blob(std::string_view text, const std::string& path, Blob& value) {
  std::optional<std::string> bytes = from_base64(text);
  if (!bytes) return bad_value(path, "must be base64 with padding");
  value.bytes = *std::move(bytes);
  return {};
}

Decoded<void> read_scalar(std::string_view text, const std::string& path, Target target) {
  switch (target.shape->kind) {
    case ShapeKind::string:
      *static_cast<std::string*>(target.value) = text;
      return {};
    case ShapeKind::blob:
      return read_blob(text, path, *static_cast<Blob*>(target.value));
    case ShapeKind::integer:
      return read_integer(text, path, *static_cast<int*>(target.value));
    case ShapeKind::long_integer:
      return read_integer(text, path, *static_cast<std::int64_t*>(target.value));
    case ShapeKind::boolean:
      return read_boolean(text, path, *static_cast<bool*>(target.value));
    case ShapeKind::structure:
    case ShapeKind::list:
    case ShapeKind::map:
      break;
  }
  CHECK(false);
}

bool is_scalar(const Shape& shape) {
  return shape.kind != ShapeKind::structure && !is_collection(shape.kind);
}

bool looks_like_a_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The N of every `path.N` and `path.N.…`, in order, each once. What is no number is an unknown
// parameter; a number that no element has would be lost as one, so it is an error.
Decoded<std::vector<std::uint32_t>> indices(const Form& form, const std::string& path) {
  std::vector<std::uint32_t> found;
  for (const Parameter& each : form.beginning_with(path + ".")) {
    std::string_view digits = each.name.substr(path.size() + 1);
    digits = digits.substr(0, digits.find('.'));
    if (!looks_like_a_number(digits)) continue;
    std::uint32_t index = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (code != std::errc() || digits.starts_with('0')) {
      return decode_failed(DecodeError::Kind::malformed, fmt::format("{}.{}", path, digits),
                           fmt::format("is no element: they are numbered from 1, up to {}",
                                       std::numeric_limits<std::uint32_t>::max()));
    }
    found.push_back(index);
  }
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

class Decoder {
 public:
  explicit Decoder(const Form& form) : form_(form) {}

  // `prefix` is empty or ends with a dot.
  Decoded<void> structure(const std::string& prefix, Target target) const {
    for (const Field& each : target.shape->fields()) {
      if (Decoded<void> done = field(prefix, each, target.value); !done) return done;
    }
    return {};
  }

 private:
  Decoded<void> field(const std::string& prefix, const Field& field, void* structure) const {
    std::string path =
        prefix + std::string(field.flattened_name.empty() ? field.name : field.flattened_name);
    if (!is_collection(field.shape->kind)) {
      if (!has(path, *field.shape)) return {};
      return value(path, {.shape = field.shape, .value = field.emplace(structure)});
    }
    const Target target{.shape = field.shape, .value = field.emplace(structure)};
    const bool is_list = field.shape->kind == ShapeKind::list;
    if (field.flattened_name.empty()) path += is_list ? ".member" : ".entry";
    return is_list ? list(path, target) : map(path, field, target);
  }

  Decoded<void> list(const std::string& path, Target target) const {
    const Decoded<std::vector<std::uint32_t>> places = indices(form_, path);
    if (!places) return std::unexpected(places.error());
    if (places->size() > collection_size_max) return too_many(path);
    const Shape& element = *target.shape->element;
    // A bare name is the first element, as old clients have it; without a value it is how SDKs
    // send an empty list.
    if (is_scalar(element) && !form_.find(path).value_or("").empty() &&
        !std::ranges::binary_search(*places, 1u)) {
      const Decoded<void> done =
          value(path, {.shape = &element, .value = target.shape->append(target.value)});
      if (!done) return done;
    }
    for (const std::uint32_t place : *places) {
      const std::string element_path = fmt::format("{}.{}", path, place);
      if (!has(element_path, element)) continue;
      const Decoded<void> done =
          value(element_path, {.shape = &element, .value = target.shape->append(target.value)});
      if (!done) return done;
    }
    return {};
  }

  Decoded<void> map(const std::string& path, const Field& field, Target target) const {
    const Decoded<std::vector<std::uint32_t>> places = indices(form_, path);
    if (!places) return std::unexpected(places.error());
    if (places->size() > collection_size_max) return too_many(path);
    const bool has_bare =
        has(fmt::format("{}.{}", path, field.entry_key), shape_of<std::string>) ||
        has(fmt::format("{}.{}", path, field.entry_value), *target.shape->element);
    if (has_bare && !std::ranges::binary_search(*places, 1u)) {
      if (Decoded<void> done = entry(path, field, target); !done) return done;
    }
    for (const std::uint32_t place : *places) {
      Decoded<void> done = entry(fmt::format("{}.{}", path, place), field, target);
      if (!done) return done;
    }
    return {};
  }

  Decoded<void> entry(const std::string& path, const Field& field, Target map) const {
    const Shape& element = *map.shape->element;
    const std::string key_path = fmt::format("{}.{}", path, field.entry_key);
    const std::string value_path = fmt::format("{}.{}", path, field.entry_value);
    const std::optional<std::string_view> key = form_.find(key_path);
    if (!key) return missing(key_path);
    if (!has(value_path, element)) return missing(value_path);
    return value(value_path, {.shape = &element, .value = map.shape->insert(map.value, *key)});
  }

  Decoded<void> value(const std::string& path, Target target) const {
    CHECK(
        !is_collection(target.shape->kind));  // AWS has no collection directly inside another one.
    if (target.shape->kind == ShapeKind::structure) return structure(path + ".", target);
    return read_scalar(form_.find(path).value(), path, target);
  }

  bool has(const std::string& path, const Shape& shape) const {
    return is_scalar(shape) ? form_.find(path).has_value()
                            : !form_.beginning_with(path + ".").empty();
  }

  static std::unexpected<DecodeError> missing(const std::string& path) {
    return decode_failed(DecodeError::Kind::missing, path,
                         "is missing: an entry has a key and a value");
  }

  static std::unexpected<DecodeError> too_many(const std::string& path) {
    return bad_value(path, fmt::format("must not have more than {} elements", collection_size_max));
  }

  const Form& form_;
};

}  // namespace

Decoded<void> decode_query(const Form& form, Target structure) {
  CHECK(structure.shape->kind == ShapeKind::structure);
  return Decoder(form).structure("", structure);
}

}  // namespace mailrail::wire
