#include "wire/query_encode.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/digest.h"

namespace mailrail::wire {
namespace {

bool is_unreserved(char each) {
  return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'z') ||
         (each >= 'A' && each <= 'Z') || std::string_view("-._~").find(each) != std::string::npos;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char each : text) {
    if (is_unreserved(each)) {
      out += each;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(each));
    }
  }
}

class Encoder {
 public:
  void parameter(std::string_view name, std::string_view text) {
    if (!out_.empty()) out_ += '&';
    append_escaped(out_, name);
    out_ += '=';
    append_escaped(out_, text);
  }

  // `prefix` is empty or ends with a dot.
  void structure(const std::string& prefix, Source source) {
    for (const Field& each : source.shape->fields()) {
      const void* member = each.value(source.value);
      if (member != nullptr) field(prefix, each, {.shape = each.shape, .value = member});
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void field(const std::string& prefix, const Field& field, Source source) {
    const bool is_flattened = !field.flattened_name.empty();
    std::string path = prefix + std::string(is_flattened ? field.flattened_name : field.name);
    if (source.shape->kind == ShapeKind::list) {
      list(is_flattened ? path : path + ".member", source);
    } else if (source.shape->kind == ShapeKind::map) {
      map(is_flattened ? path : path + ".entry", field, source);
    } else {
      value(path, source);
    }
  }

  void list(const std::string& path, Source source) {
    for (std::size_t i = 0; i < source.shape->size(source.value); ++i) {
      value(fmt::format("{}.{}", path, i + 1),
            {.shape = source.shape->element, .value = source.shape->at(source.value, i)});
    }
  }

  void map(const std::string& path, const Field& field, Source source) {
    int place = 0;
    for_each_entry(source, [&](std::string_view key, Source element) {
      const std::string entry = fmt::format("{}.{}", path, ++place);
      parameter(fmt::format("{}.{}", entry, field.entry_key), key);
      value(fmt::format("{}.{}", entry, field.entry_value), element);
    });
  }

  void value(const std::string& path, Source source) {
    switch (source.shape->kind) {
      case ShapeKind::string:
        return parameter(path, *static_cast<const std::string*>(source.value));
      case ShapeKind::blob:
        return parameter(path, base64(static_cast<const Blob*>(source.value)->bytes));
      case ShapeKind::integer:
        return parameter(path, fmt::to_string(*static_cast<const int*>(source.value)));
      case ShapeKind::long_integer:
        return parameter(path, fmt::to_string(*static_cast<const std::int64_t*>(source.value)));
      case ShapeKind::boolean:
        return parameter(path, *static_cast<const bool*>(source.value) ? "true" : "false");
      case ShapeKind::structure:
        return structure(path + ".", source);
      case ShapeKind::list:
      case ShapeKind::map:
        break;  // AWS has no collection directly inside another one.
    }
    CHECK(false);
  }

  std::string out_;
};

}  // namespace

std::string encode_query(const QueryAction& action, Source structure) {
  CHECK(structure.shape->kind == ShapeKind::structure);
  Encoder encoder;
  encoder.parameter("Action", action.name);
  encoder.parameter("Version", action.version);
  encoder.structure("", structure);
  return encoder.take();
}

}  // namespace mailrail::wire
