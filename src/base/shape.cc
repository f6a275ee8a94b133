#include "base/shape.h"

namespace mailrail {
namespace {

bool holds_nothing(const Field& field, const void* structure) {
  const void* value = field.value(structure);
  if (value == nullptr) return true;
  return field.shape->kind == ShapeKind::string && static_cast<const std::string*>(value)->empty();
}

}  // namespace

std::optional<std::string_view> first_missing(Source structure) {
  for (const Field& field : structure.shape->fields()) {
    if (field.is_required && holds_nothing(field, structure.value)) return field.name;
  }
  return std::nullopt;
}

}  // namespace mailrail
