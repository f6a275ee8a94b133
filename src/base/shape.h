// Shapes: one description of a struct's fields, from which every codec reads and writes it.
//
// A struct lists its fields once:
//
//   struct DeleteMessageInput {
//     std::string queue_url;
//     std::string receipt_handle;
//
//     static constexpr Field fields[] = {
//         field<&DeleteMessageInput::queue_url>("QueueUrl").required(),
//         field<&DeleteMessageInput::receipt_handle>("ReceiptHandle").required(),
//     };
//   };
//
// Members may be std::string, Blob, int, std::int64_t, bool, such a struct, and std::optional,
// std::vector and std::map<std::string, T> of these; a collection is never optional, as an empty
// one isn't sent. A Shape is the type-erased view that codecs walk; void* lives here and in them
// only.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace mailrail {

// Bytes that travel as base64.
struct Blob {
  std::string bytes;
  friend bool operator==(const Blob&, const Blob&) = default;
};

enum class ShapeKind { string, blob, integer, long_integer, boolean, structure, list, map };

constexpr bool is_collection(ShapeKind kind) {
  return kind == ShapeKind::list || kind == ShapeKind::map;
}

struct Field;

// How to reach into a value of one C++ type. `kind` says which C++ type the pointer is to (string:
// std::string, blob: Blob, integer: int, long_integer: std::int64_t, boolean: bool) or which of the
// functions below apply.
struct Shape {
  ShapeKind kind;

  // Structures.
  std::span<const Field> (*fields)() = nullptr;

  // Lists and maps: the shape of the values in them.
  const Shape* element = nullptr;
  void* (*append)(void* list) = nullptr;
  std::size_t (*size)(const void* collection) = nullptr;
  const void* (*at)(const void* list, std::size_t index) = nullptr;
  void* (*insert)(void* map, std::string_view key) = nullptr;  // Replaces what was there.
  void (*for_each)(const void* map,
                   void* context,
                   void (*visit)(void* context, std::string_view key, const void* value)) = nullptr;
};

// One field of a structure, with what the wire needs to know beyond its C++ type. Names and types
// are AWS's model's.
struct Field {
  std::string_view name;
  const Shape* shape;

  void* (*emplace)(void* structure);  // A fresh value to decode into; engages an optional.
  void (*clear)(void* structure);     // As if it had never been given.
  const void* (*value)(const void* structure);  // Null if an optional is empty.

  bool is_required = false;
  // Query and XML: the element name of a collection that is repeated in place. Empty: wrapped, a
  // list as `Name.member.N`, a map as `Name.entry.N.key`.
  std::string_view flattened_name = {};
  // Query and XML: how an entry of a map spells its two halves.
  std::string_view entry_key = "key";
  std::string_view entry_value = "value";
  // The name in the JSON rendering of a Query answer, where AWS spells it differently.
  std::string_view query_json_name = {};
  // An empty collection of this name is sent as one, where others are left out. In XML, one that is
  // repeated in place has no way to say so.
  bool is_shown_empty = false;

  constexpr Field required() const {
    Field changed = *this;
    changed.is_required = true;
    return changed;
  }
  constexpr Field flattened(std::string_view element_name) const {
    Field changed = *this;
    changed.flattened_name = element_name;
    return changed;
  }
  constexpr Field entry(std::string_view key, std::string_view entry_value_name) const {
    Field changed = *this;
    changed.entry_key = key;
    changed.entry_value = entry_value_name;
    return changed;
  }
  constexpr Field query_json(std::string_view spelling) const {
    Field changed = *this;
    changed.query_json_name = spelling;
    return changed;
  }
  constexpr Field shown_empty() const {
    Field changed = *this;
    changed.is_shown_empty = true;
    return changed;
  }
};

namespace detail {

template <class Type>
struct ShapeOf {  // A struct that lists its fields.
  static std::span<const Field> fields() { return Type::fields; }
  static constexpr Shape shape{.kind = ShapeKind::structure, .fields = &fields};
};
template <>
struct ShapeOf<std::string> {
  static constexpr Shape shape{.kind = ShapeKind::string};
};
template <>
struct ShapeOf<Blob> {
  static constexpr Shape shape{.kind = ShapeKind::blob};
};
template <>
struct ShapeOf<int> {
  static constexpr Shape shape{.kind = ShapeKind::integer};
};
template <>
struct ShapeOf<std::int64_t> {
  static constexpr Shape shape{.kind = ShapeKind::long_integer};
};
template <>
struct ShapeOf<bool> {
  static constexpr Shape shape{.kind = ShapeKind::boolean};
};
template <class Element>
struct ShapeOf<std::vector<Element>> {
  using List = std::vector<Element>;
  static void* append(void* list) { return &static_cast<List*>(list)->emplace_back(); }
  static std::size_t size(const void* list) { return static_cast<const List*>(list)->size(); }
  static const void* at(const void* list, std::size_t index) {
    return &(*static_cast<const List*>(list))[index];
  }
  static constexpr Shape shape{.kind = ShapeKind::list,
                               .element = &ShapeOf<Element>::shape,
                               .append = &append,
                               .size = &size,
                               .at = &at};
};
template <class Element>
struct ShapeOf<std::map<std::string, Element>> {
  using Map = std::map<std::string, Element>;
  static std::size_t size(const void* map) { return static_cast<const Map*>(map)->size(); }
  static void* insert(void* map, std::string_view key) {
    Element& element = (*static_cast<Map*>(map))[std::string(key)];
    element = Element();
    return &element;
  }
  static void for_each(const void* map,
                       void* context,
                       void (*visit)(void*, std::string_view, const void*)) {
    for (const auto& [key, element] : *static_cast<const Map*>(map)) visit(context, key, &element);
  }
  static constexpr Shape shape{.kind = ShapeKind::map,
                               .element = &ShapeOf<Element>::shape,
                               .size = &size,
                               .insert = &insert,
                               .for_each = &for_each};
};

template <class Structure, class Type, Type Structure::* Member>
struct Access {
  using Value = Type;
  static void* emplace(void* structure) {
    clear(structure);
    return &(static_cast<Structure*>(structure)->*Member);
  }
  static void clear(void* structure) { static_cast<Structure*>(structure)->*Member = Type(); }
  static const void* value(const void* structure) {
    return &(static_cast<const Structure*>(structure)->*Member);
  }
};
template <class Structure, class Type, std::optional<Type> Structure::* Member>
struct Access<Structure, std::optional<Type>, Member> {
  using Value = Type;
  static_assert(!is_collection(ShapeOf<Type>::shape.kind),
                "An empty collection and an absent one look the same.");
  static void* emplace(void* structure) {
    return &(static_cast<Structure*>(structure)->*Member).emplace();
  }
  static void clear(void* structure) { (static_cast<Structure*>(structure)->*Member).reset(); }
  static const void* value(const void* structure) {
    const std::optional<Type>& member = static_cast<const Structure*>(structure)->*Member;
    return member ? &*member : nullptr;
  }
};

template <class Structure, class Type>
Structure structure_of(Type Structure::*);
template <class Structure, class Type>
Type type_of(Type Structure::*);

}  // namespace detail

template <class Type>
inline constexpr const Shape& shape_of = detail::ShapeOf<Type>::shape;

template <auto Member>
constexpr Field field(std::string_view name) {
  using Access = detail::Access<decltype(detail::structure_of(Member)),
                                decltype(detail::type_of(Member)), Member>;
  return Field{.name = name,
               .shape = &detail::ShapeOf<typename Access::Value>::shape,
               .emplace = &Access::emplace,
               .clear = &Access::clear,
               .value = &Access::value};
}

// The input or output of an action that has none. An output that merely has no fields is another
// thing: AWS Query answers with its empty element.
struct Nothing {
  static constexpr std::array<Field, 0> fields{};
  friend bool operator==(const Nothing&, const Nothing&) = default;
};

// A value with its shape: what an encoder reads, what a decoder fills.
struct Source {
  const Shape* shape;
  const void* value;
};
struct Target {
  const Shape* shape;
  void* value;
};

template <class Type>
Source source_of(const Type& value) {
  return {.shape = &shape_of<Type>, .value = &value};
}
template <class Type>
Target target_of(Type& value) {
  return {.shape = &shape_of<Type>, .value = &value};
}

// Calls `visit(key, Source)` for every entry of a map, in the order of its keys.
template <class Visit>
void for_each_entry(Source map, Visit visit) {
  struct Context {
    const Shape* element;
    Visit& visit;
  } context{.element = map.shape->element, .visit = visit};
  map.shape->for_each(map.value, &context,
                      [](void* passed, std::string_view key, const void* value) {
                        const Context& called = *static_cast<Context*>(passed);
                        called.visit(key, Source{.shape = called.element, .value = value});
                      });
}

// Whether a text that was sent empty counts as one that wasn't sent.
enum class EmptyText { is_missing, is_given };

// The first required member of this structure, though not of those inside it, that holds nothing:
// an empty optional, or an empty string unless such a text is given. What an empty collection means
// is for its action to say. Decoding doesn't ask this, so that an action's errors keep their order.
std::optional<std::string_view> first_missing(Source structure, EmptyText empty_text);

template <class Type>
std::optional<std::string_view> first_missing(const Type& structure,
                                              EmptyText empty_text = EmptyText::is_missing) {
  return first_missing(source_of(structure), empty_text);
}

}  // namespace mailrail
