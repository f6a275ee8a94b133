#include "wire/xml_encode.h"

#include <array>

#include <fmt/format.h>

#include "base/check.h"
#include "base/digest.h"

namespace mailrail::wire {
namespace {

constexpr std::string_view replacement_character = "\xef\xbf\xbd";

void open(std::string& out, std::string_view name) {
  out += '<';
  out += name;
  out += '>';
}

void close(std::string& out, std::string_view name) {
  out += "</";
  out += name;
  out += '>';
}

void append_scalar(std::string& out, Source source) {
  switch (source.shape->kind) {
    case ShapeKind::string:
      return append_xml_text(out, *static_cast<const std::string*>(source.value));
    case ShapeKind::blob:
      out += base64(static_cast<const Blob*>(source.value)->bytes);
      return;
    case ShapeKind::integer:
      out += fmt::to_string(*static_cast<const int*>(source.value));
      return;
    case ShapeKind::long_integer:
      out += fmt::to_string(*static_cast<const std::int64_t*>(source.value));
      return;
    case ShapeKind::boolean:
      out += *static_cast<const bool*>(source.value) ? "true" : "false";
      return;
    case ShapeKind::structure:
    case ShapeKind::list:
    case ShapeKind::map:
      break;  // AWS has no collection directly inside another one.
  }
  CHECK(false);
}

void append_element(std::string& out, std::string_view name, Source source) {
  open(out, name);
  if (source.shape->kind == ShapeKind::structure) {
    append_xml(out, source);
  } else {
    append_scalar(out, source);
  }
  close(out, name);
}

void append_list(std::string& out, std::string_view element_name, Source list) {
  for (std::size_t i = 0; i < list.shape->size(list.value); ++i) {
    append_element(out, element_name,
                   {.shape = list.shape->element, .value = list.shape->at(list.value, i)});
  }
}

void append_map(std::string& out, std::string_view element_name, const Field& field, Source map) {
  for_each_entry(map, [&](std::string_view key, Source element) {
    open(out, element_name);
    open(out, field.entry_key);
    append_xml_text(out, key);
    close(out, field.entry_key);
    append_element(out, field.entry_value, element);
    close(out, element_name);
  });
}

void append_collection(std::string& out, const Field& field, Source collection) {
  const bool is_list = collection.shape->kind == ShapeKind::list;
  const bool is_flattened = !field.flattened_name.empty();
  if (collection.shape->size(collection.value) == 0) {
    if (field.is_shown_empty && !is_flattened) append_xml_element(out, field.name, "");
    return;
  }
  const std::string_view element_name = is_flattened ? field.flattened_name
                                        : is_list    ? "member"
                                                     : "entry";
  if (!is_flattened) open(out, field.name);
  if (is_list) {
    append_list(out, element_name, collection);
  } else {
    append_map(out, element_name, field, collection);
  }
  if (!is_flattened) close(out, field.name);
}

// Bytes with which a character begins that may have to be written in another way.
constexpr std::array<bool, 256> may_need_escape = [] {
  std::array<bool, 256> table{};
  for (int control = 0; control < 0x20; ++control) table[control] = true;
  for (const unsigned char each : {'&', '<', '>', '"', '\xef'}) table[each] = true;
  return table;
}();

// What stands for the character at `text[i]`, and over how many bytes; empty if it stands for
// itself.
struct Escape {
  std::string_view replacement = {};
  std::size_t bytes = 1;
};

Escape escape_at(std::string_view text, std::size_t i) {
  switch (text[i]) {
    case '&':
      return {"&amp;"};
    case '<':
      return {"&lt;"};
    case '>':
      return {"&gt;"};
    case '"':
      return {"&quot;"};
    case '\r':
      return {"&#xD;"};
    case '\n':
    case '\t':
      return {};
    default:
      break;
  }
  if (static_cast<unsigned char>(text[i]) < 0x20) return {replacement_character};
  const std::string_view three = text.substr(i, 3);
  if (three == "\xef\xbf\xbe" || three == "\xef\xbf\xbf")
    return {replacement_character, 3};  // U+FFFE, U+FFFF.
  return {};
}

}  // namespace

void append_xml(std::string& out, Source structure) {
  for (const Field& field : structure.shape->fields()) {
    const void* member = field.value(structure.value);
    if (member == nullptr) continue;
    const Source source{.shape = field.shape, .value = member};
    if (is_collection(field.shape->kind)) {
      append_collection(out, field, source);
    } else {
      append_element(out, field.name, source);
    }
  }
}

void append_xml_element(std::string& out, std::string_view name, std::string_view inner) {
  if (inner.empty()) {
    out += '<';
    out += name;
    out += "/>";
    return;
  }
  open(out, name);
  out += inner;
  close(out, name);
}

void append_xml_text(std::string& out, std::string_view text) {
  std::size_t written = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!may_need_escape[static_cast<unsigned char>(text[i])]) [[likely]]
      continue;
    const Escape escape = escape_at(text, i);
    if (escape.replacement.empty()) continue;
    out.append(text, written, i - written);
    out += escape.replacement;
    written = i + escape.bytes;
    i = written - 1;
  }
  out.append(text, written);
}

}  // namespace mailrail::wire
