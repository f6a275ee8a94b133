// A message as filter policies see it: its attributes, and the properties of its body.
//
// It is prepared once for a publish, on an HTTP thread, and then matched with the policy of every
// subscription, which takes no memory. A property is found by its dotted path, whether the body
// nests objects, has dots in its names, or both; values of arrays, and of arrays in them, are all
// at the path of the array.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "sns/filter_pattern.h"

namespace mailrail::sns {

// `a.b.c`, with the hash that it is looked up by.
class PropertyPath {
 public:
  PropertyPath() = default;
  explicit PropertyPath(std::string text);

  const std::string& text() const { return text_; }
  std::uint64_t hash() const { return hash_; }

 private:
  std::string text_;
  std::uint64_t hash_ = 0;
};

// A JSON object whose values can be found by path.
class Properties {
 public:
  explicit Properties(boost::json::value object);

  Properties(const Properties&) = delete;  // The index points into the object.
  Properties& operator=(const Properties&) = delete;
  Properties(Properties&&) = default;
  Properties& operator=(Properties&&) = default;
  ~Properties() = default;

  // Whether `take` says yes to a value at the path; no more are asked then.
  template <class Take>
  bool any(const PropertyPath& path, Take take) const {
    for (std::size_t i = first(path); i < places_.size() && places_[i].hash == path.hash(); ++i) {
      if (is_at(places_[i].member, path.text()) && any_in(*members_[places_[i].member].value, take))
        return true;
    }
    return false;
  }

  bool is_empty() const { return members_.empty(); }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  struct Member {
    std::string_view name;
    const boost::json::value* value;
    std::uint32_t parent;  // The member that this one is in, or none.
  };

  struct Place {
    std::uint64_t hash;  // Of the whole path.
    std::uint32_t member;
  };

  template <class Take>
  static bool any_in(const boost::json::value& value, Take& take);

  void add(const boost::json::value& value, std::uint32_t parent, std::uint64_t hash);
  std::size_t first(const PropertyPath& path) const;
  bool is_at(std::uint32_t member, std::string_view path) const;

  boost::json::value json_;
  std::vector<Member> members_;
  std::vector<Place> places_;  // Of members that have values, by hash.
};

// An object or an array has no value of its own; those in an array are asked for one by one.
std::optional<Scalar> scalar(const boost::json::value& value);

template <class Take>
bool Properties::any_in(const boost::json::value& value, Take& take) {
  if (const boost::json::array* array = value.if_array()) {
    for (const boost::json::value& each : *array) {
      if (any_in(each, take)) return true;
    }
    return false;
  }
  const std::optional<Scalar> own = scalar(value);
  return own && take(*own);
}

struct EventAttribute {
  std::string_view name;
  std::string_view data_type;
  std::string_view value;  // Of Binary it is not looked at.
};

class Event {
 public:
  // Copies what it needs.
  Event(std::string_view body, std::span<const EventAttribute> attributes);

  const Properties& attributes() const { return attributes_; }

  // Nothing if the body is no JSON object.
  const Properties* body() const { return body_ ? &*body_ : nullptr; }

 private:
  Properties attributes_;
  std::optional<Properties> body_;
};

}  // namespace mailrail::sns
