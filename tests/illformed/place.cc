#include "tests/illformed/place.h"

#include "base/check.h"

namespace mailrail::illformed {
namespace {

namespace json = boost::json;
using Kind = Place::Step::Kind;

// The key of an entry that the example has, or another.
std::string key_in(const json::value* map) {
  const json::object* object = map == nullptr ? nullptr : map->if_object();
  return object == nullptr || object->empty() ? "a" : std::string(object->begin()->key());
}

const json::value* step_into(const json::value* value, const Place::Step& step) {
  if (value == nullptr) return nullptr;
  if (step.kind == Kind::element) {
    const json::array* list = value->if_array();
    return list == nullptr || list->empty() ? nullptr : &list->front();
  }
  const json::object* object = value->if_object();
  return object == nullptr ? nullptr : object->if_contains(step.name);
}

const json::value* find(const json::value& example, const Place& place) {
  const json::value* found = &example;
  for (const Place::Step& each : place.path) found = step_into(found, each);
  return found;
}

class Walk {
 public:
  std::vector<Place> found;

  void structure(const Place& at, const json::value* value) {
    for (const Field& field : at.shape->fields()) {
      this->value(
          below(at, {Kind::member, std::string(field.name)}, *field.shape, field.is_required),
          value);
    }
  }

 private:
  static Place below(const Place& at, Place::Step step, const Shape& shape, bool is_required) {
    Place place{.path = at.path, .shape = &shape, .is_required = is_required};
    place.path.push_back(std::move(step));
    return place;
  }

  // `parent` is what the example has around it, or null.
  void value(const Place& place, const json::value* parent) {
    found.push_back(place);
    const json::value* value = step_into(parent, place.path.back());
    if (place.shape->kind == ShapeKind::structure) structure(place, value);
    if (place.shape->kind == ShapeKind::list)
      this->value(below(place, {Kind::element, "0"}, *place.shape->element, false), value);
    if (place.shape->kind == ShapeKind::map)
      this->value(below(place, {Kind::entry, key_in(value)}, *place.shape->element, false), value);
  }
};

json::value& make_way(json::value& value, const Place::Step& step) {
  if (step.kind == Kind::element) {
    if (!value.is_array()) value = json::array();
    if (value.get_array().empty()) value.get_array().push_back(nullptr);
    return value.get_array().front();
  }
  if (!value.is_object()) value = json::object();
  return value.get_object()[step.name];
}

}  // namespace

std::string Place::name() const {
  std::string name;
  for (const Step& each : path) name += (name.empty() ? "" : ".") + each.name;
  return name;
}

std::vector<Place> places_of(const Shape& input, const json::object& example) {
  Walk walk;
  const json::value root(example);
  walk.structure({.path = {}, .shape = &input, .is_required = true}, &root);
  return walk.found;
}

json::object with(const json::object& example, const Place& place, json::value value) {
  json::value changed(example);
  json::value* target = &changed;
  for (const Place::Step& each : place.path) target = &make_way(*target, each);
  *target = std::move(value);
  return changed.get_object();
}

json::object without(const json::object& example, const Place& place) {
  json::value changed(example);
  json::value* parent = &changed;
  for (std::size_t i = 0; i + 1 < place.path.size(); ++i)
    parent = &make_way(*parent, place.path[i]);
  const Place::Step& last = place.path.back();
  if (last.kind == Kind::element) {
    make_way(*parent, last);
    parent->get_array().erase(parent->get_array().begin());
  } else {
    make_way(*parent, last);
    parent->get_object().erase(last.name);
  }
  return changed.get_object();
}

json::value fitting_value(const json::object& example, const Place& place) {
  const json::value root(example);
  if (const json::value* found = find(root, place)) return *found;
  switch (place.shape->kind) {
    case ShapeKind::string:
      return "a";
    case ShapeKind::blob:
      return "YQ==";
    case ShapeKind::integer:
    case ShapeKind::long_integer:
      return 1;
    case ShapeKind::boolean:
      return true;
    case ShapeKind::structure:
    case ShapeKind::map:
      return json::object();
    case ShapeKind::list:
      return json::array();
  }
  CHECK(false);
}

}  // namespace mailrail::illformed
