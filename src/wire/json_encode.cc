#include "wire/json_encode.h"

#include "base/check.h"
#include "base/digest.h"

namespace mailrail::wire {
namespace {

enum class Dialect { aws_json, query };

class Encoder {
 public:
  Encoder(JsonWriter& json, Dialect dialect) : json_(json), dialect_(dialect) {}

  void structure(Source source) {
    json_.begin_object();
    for (const Field& field : source.shape->fields()) {
      const void* member = field.value(source.value);
      const bool is_empty =
          member != nullptr && is_collection(field.shape->kind) && field.shape->size(member) == 0;
      const bool is_absent = member == nullptr || (is_empty && !field.is_shown_empty);
      if (is_absent && dialect_ == Dialect::aws_json) continue;
      json_.key(name_of(field));
      if (is_absent) {
        json_.null();
      } else {
        value({.shape = field.shape, .value = member}, field);
      }
    }
    json_.end_object();
  }

 private:
  // `field` is the nearest one outside, for how it spells the entries of a map.
  void value(Source source, const Field& field) {
    switch (source.shape->kind) {
      case ShapeKind::string:
        return json_.string(*static_cast<const std::string*>(source.value));
      case ShapeKind::blob:
        return json_.string(base64(static_cast<const Blob*>(source.value)->bytes));
      case ShapeKind::integer:
        return json_.number(*static_cast<const int*>(source.value));
      case ShapeKind::long_integer:
        return json_.number(*static_cast<const std::int64_t*>(source.value));
      case ShapeKind::boolean:
        return json_.boolean(*static_cast<const bool*>(source.value));
      case ShapeKind::structure:
        return structure(source);
      case ShapeKind::list:
        return list(source, field);
      case ShapeKind::map:
        return dialect_ == Dialect::query && !field.flattened_name.empty() ? entries(source, field)
                                                                           : map(source, field);
    }
    CHECK(false);
  }

  void list(Source source, const Field& field) {
    json_.begin_array();
    for (std::size_t i = 0; i < source.shape->size(source.value); ++i) {
      value({.shape = source.shape->element, .value = source.shape->at(source.value, i)}, field);
    }
    json_.end_array();
  }

  void map(Source source, const Field& field) {
    json_.begin_object();
    for_each_entry(source, [&](std::string_view key, Source element) {
      json_.key(key);
      value(element, field);
    });
    json_.end_object();
  }

  void entries(Source source, const Field& field) {
    json_.begin_array();
    for_each_entry(source, [&](std::string_view key, Source element) {
      json_.begin_object();
      json_.member(field.entry_key, key);
      json_.key(field.entry_value);
      value(element, field);
      json_.end_object();
    });
    json_.end_array();
  }

  std::string_view name_of(const Field& field) const {
    return dialect_ == Dialect::query && !field.query_json_name.empty() ? field.query_json_name
                                                                        : field.name;
  }

  JsonWriter& json_;
  Dialect dialect_;
};

}  // namespace

std::string encode_json(Source structure) {
  std::string out;
  out.reserve(256);  // The answer to a send fits without growing.
  JsonWriter json(out);
  Encoder(json, Dialect::aws_json).structure(structure);
  return out;
}

void write_query_json(JsonWriter& json, Source structure) {
  Encoder(json, Dialect::query).structure(structure);
}

}  // namespace mailrail::wire
