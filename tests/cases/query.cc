#include "tests/cases/query.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace mailrail::cases {
namespace {

namespace json = boost::json;

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char each : text) {
    const bool is_plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                          (each >= '0' && each <= '9') || each == '-' || each == '_' || each == '.';
    out +=
        is_plain ? std::string(1, each) : fmt::format("%{:02X}", static_cast<unsigned char>(each));
  }
  return out;
}

const Field* field_named(const Shape* shape, std::string_view name) {
  if (shape == nullptr || shape->kind != ShapeKind::structure) return nullptr;
  const auto fields = shape->fields();
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

class Form {
 public:
  const std::string& text() const { return text_; }

  void parameter(std::string_view name, std::string_view value) {
    if (!text_.empty()) text_ += '&';
    text_ += percent_encoded(name) + "=" + percent_encoded(value);
  }

  // `prefix` is empty or ends with a dot.
  void members(const std::string& prefix, const json::object& structure, const Shape* shape) {
    for (const auto& [name, value] : structure) {
      const Field* field = field_named(shape, name);
      if (field != nullptr && is_collection(field->shape->kind)) {
        collection(prefix, value, *field);
      } else {
        this->value(prefix + std::string(name), value, field == nullptr ? nullptr : field->shape);
      }
    }
  }

 private:
  void collection(const std::string& prefix, const json::value& value, const Field& field) {
    int number = 0;
    const bool is_flattened = !field.flattened_name.empty();
    const std::string name = prefix + std::string(is_flattened ? field.flattened_name : field.name);
    std::string path = name;
    if (!is_flattened) path += field.shape->kind == ShapeKind::list ? ".member" : ".entry";
    if ((value.is_array() && value.get_array().empty()) ||
        (value.is_object() && value.get_object().empty())) {
      parameter(name, "");  // As SDKs do.
    } else if (const json::array* list = value.if_array()) {
      for (const json::value& each : *list)
        this->value(fmt::format("{}.{}", path, ++number), each, field.shape->element);
    } else if (const json::object* map = value.if_object()) {
      for (const auto& [key, each] : *map) {
        const std::string entry = fmt::format("{}.{}.", path, ++number);
        parameter(entry + std::string(field.entry_key), key);
        this->value(entry + std::string(field.entry_value), each, field.shape->element);
      }
    } else {
      this->value(path, value, nullptr);
    }
  }

  void value(const std::string& path, const json::value& value, const Shape* shape) {
    if (value.is_null()) return;
    if (const json::string* text = value.if_string()) {
      parameter(path, *text);
    } else if (const json::object* structure = value.if_object()) {
      members(path + ".", *structure, shape);
    } else {
      parameter(path, json::serialize(value));
    }
  }

  std::string text_;
};

Result<json::value> scalar(std::string_view text, const Shape& shape) {
  if (shape.kind == ShapeKind::boolean && (text == "true" || text == "false"))
    return json::value(text == "true");
  if (shape.kind == ShapeKind::string || shape.kind == ShapeKind::blob) return json::value(text);
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code == std::errc() && end == text.data() + text.size()) return json::value(number);
  return fail(errors::unusable, fmt::format("`{}` is of another type than its shape", text));
}

Result<json::value> value_of(const Element& element, const Shape& shape) {
  if (shape.kind == ShapeKind::structure) return output_of_xml(element, shape);
  if (!element.children.empty())
    return fail(errors::unusable, fmt::format("<{}> has elements in it", element.name));
  return scalar(element.text, shape);
}

// The field whose element this is.
const Field* field_of(const Element& element, const Shape& structure) {
  const auto fields = structure.fields();
  const auto found = std::ranges::find_if(fields, [&](const Field& each) {
    return (each.flattened_name.empty() ? each.name : each.flattened_name) == element.name;
  });
  return found == fields.end() ? nullptr : &*found;
}

Result<void> add_entry(json::object& map, const Element& entry, const Field& field) {
  const Element* key = entry.child(field.entry_key);
  const Element* value = entry.child(field.entry_value);
  if (key == nullptr || value == nullptr || entry.children.size() != 2)
    return fail(errors::unusable, fmt::format("<{}> is no entry of a map", entry.name));
  map[key->text] = TRY(value_of(*value, *field.shape->element));
  return {};
}

Result<void> add_json_entry(json::object& map, const json::value& entry, const Field& field) {
  const json::object* pair = entry.if_object();
  const json::value* key = pair == nullptr ? nullptr : pair->if_contains(field.entry_key);
  const json::value* value = pair == nullptr ? nullptr : pair->if_contains(field.entry_value);
  if (key == nullptr || value == nullptr || !key->is_string() || pair->size() != 2)
    return fail(errors::unusable,
                fmt::format("no entry of {}: {}", field.name, json::serialize(entry)));
  const bool is_structure = field.shape->element->kind == ShapeKind::structure;
  map[key->get_string()] =
      is_structure ? TRY(output_of_query_json(value->as_object(), *field.shape->element)) : *value;
  return {};
}

// What an element that wraps a collection has in it.
Result<json::value> wrapped(const Element& element, const Field& field) {
  const bool is_list = field.shape->kind == ShapeKind::list;
  json::array list;
  json::object map;
  for (const Element& each : element.children) {
    if (each.name != (is_list ? "member" : "entry"))
      return fail(errors::unusable, fmt::format("<{}> is in <{}>", each.name, element.name));
    if (is_list) {
      list.push_back(TRY(value_of(each, *field.shape->element)));
    } else {
      TRY(add_entry(map, each, field));
    }
  }
  return is_list ? json::value(list) : json::value(map);
}

// A member of Query's JSON: flattened maps are lists of entries there.
Result<json::value> json_member(const json::value& value, const Field& field) {
  if (!is_collection(field.shape->kind)) return value;
  if (field.shape->kind == ShapeKind::map && field.flattened_name.empty()) {
    if (!value.is_object()) return fail(errors::unusable, fmt::format("{} is no map", field.name));
    return value;
  }
  const json::array* list = value.if_array();
  if (list == nullptr) return fail(errors::unusable, fmt::format("{} is no list", field.name));
  if (field.shape->kind == ShapeKind::map) {
    json::object map;
    for (const json::value& each : *list) TRY(add_json_entry(map, each, field));
    return map;
  }
  if (field.shape->element->kind != ShapeKind::structure) return value;
  json::array read;
  for (const json::value& each : *list)
    read.push_back(TRY(output_of_query_json(each.as_object(), *field.shape->element)));
  return read;
}

}  // namespace

std::string form_of(const FormHead& head, const json::object& input, const Shape* input_shape) {
  Form form;
  form.parameter("Action", head.action);
  form.parameter("Version", head.version);
  form.members("", input, input_shape);
  return form.text();
}

Result<json::value> output_of_xml(const Element& result, const Shape& output) {
  json::object read;
  for (const Element& each : result.children) {
    const Field* field = field_of(each, output);
    if (field == nullptr)
      return fail(errors::unusable, fmt::format("<{}> is unknown in <{}>", each.name, result.name));
    if (is_collection(field->shape->kind) && field->flattened_name.empty()) {
      read[field->name] = TRY(wrapped(each, *field));
    } else if (field->shape->kind == ShapeKind::map) {
      json::value& map = read.emplace(field->name, json::object()).first->value();
      TRY(add_entry(map.as_object(), each, *field));
    } else if (field->shape->kind == ShapeKind::list) {
      json::value& list = read.emplace(field->name, json::array()).first->value();
      list.as_array().push_back(TRY(value_of(each, *field->shape->element)));
    } else {
      read[field->name] = TRY(value_of(each, *field->shape));
    }
  }
  return read;
}

Result<json::value> output_of_query_json(const json::object& result, const Shape& output) {
  const auto fields = output.fields();
  if (result.size() != fields.size())  // AWS writes absent members as null here.
    return fail(errors::unusable, fmt::format("not every member: {}", json::serialize(result)));
  json::object read;
  for (const auto& [name, value] : result) {
    const auto field = std::ranges::find_if(fields, [&](const Field& each) {
      return name == (each.query_json_name.empty() ? each.name : each.query_json_name);
    });
    if (field == fields.end())
      return fail(errors::unusable, fmt::format("\"{}\" is unknown", std::string_view(name)));
    if (!value.is_null()) read[field->name] = TRY(json_member(value, *field));
  }
  return read;
}

}  // namespace mailrail::cases
