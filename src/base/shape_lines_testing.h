// Shapes as lines of text, one for each member, for tests that compare ours with AWS's models.
//
// A line says where a member stands, its type, how AWS Query spells it if it is a flattened
// collection, and whether it is required.

#pragma once

#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/shape.h"

namespace mailrail::shape_lines {

using Lines = std::set<std::string>;

// `Entries[].DelaySeconds integer`, `Attributes map Attribute(Name,Value) required`.
struct Member {
  std::string path;
  std::string type;
  std::string query = {};
  bool is_required = false;

  std::string line() const {
    return fmt::format("{} {}{}{}{}", path, type, query.empty() ? "" : " ", query,
                       is_required ? " required" : "");
  }
};

inline std::string_view name_of(ShapeKind kind) {
  switch (kind) {
    case ShapeKind::string:
      return "string";
    case ShapeKind::blob:
      return "blob";
    case ShapeKind::integer:
      return "integer";
    case ShapeKind::long_integer:
      return "long";
    case ShapeKind::boolean:
      return "boolean";
    case ShapeKind::structure:
      return "structure";
    case ShapeKind::list:
      return "list";
    case ShapeKind::map:
      return "map";
  }
  return "";
}

inline void add(Lines& lines, const std::string& prefix, const Shape& structure) {
  for (const Field& field : structure.fields()) {
    const ShapeKind kind = field.shape->kind;
    Member member{.path = prefix + std::string(field.name),
                  .type = std::string(name_of(kind)),
                  .is_required = field.is_required};
    if (is_collection(kind)) member.query = field.flattened_name;
    if (kind == ShapeKind::map)
      member.query += fmt::format("({},{})", field.entry_key, field.entry_value);
    lines.insert(member.line());
    const Shape& inner = is_collection(kind) ? *field.shape->element : *field.shape;
    const std::string suffix = kind == ShapeKind::list  ? "[]."
                               : kind == ShapeKind::map ? "{}."
                                                        : ".";
    if (inner.kind == ShapeKind::structure) add(lines, member.path + suffix, inner);
  }
}

// Of a text with a line for each member.
inline Lines of_table(std::string_view table) {
  Lines lines;
  std::istringstream in{std::string(table)};
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.insert(line);
  }
  return lines;
}

}  // namespace mailrail::shape_lines
