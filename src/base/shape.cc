#include "base/shape.h"

namespace mailrail {
namespace {

bool holds_nothing(const Field& field, const void* structure, EmptyText empty_text) {
  const void* value = field.value(structure);
  if (value == nullptr) return true;
  return empty_text == EmptyText::is_missing && field.shape->kind == ShapeKind::string &&
         static_cast<const std::string*>(value)->empty();
}

}  // namespace

std::optional<std::string_view> first_missing(Source structure, EmptyText empty_text) {
  for (const Field& field : structure.shape->fields()) {
    if (field.is_required && holds_nothing(field, structure.value, empty_text)) return field.name;
  }
  return std::nullopt;
}

}  // namespace mailrail
