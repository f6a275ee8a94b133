// A message as filter policies see it: its attributes, and the properties of its body.
//
// It is prepared once for a publish, on an HTTP thread, where its values are sorted, and then
// matched with the policy of every subscription, which takes no memory. A property is found by its
// dotted path, whether the body nests objects, has dots in its names, or both; values of arrays,
// and of arrays in them, are all at the path of the array.

#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include "sns/filter_scalar.h"
#include "sns/filter_values.h"

namespace mailrail::sns {

// What tells one path from another: 128 bits, so that no two are the same. That of a longer path
// goes on from that of a shorter one.
struct PathHash {
  std::uint64_t first = 14'695'981'039'346'656'037u;  // FNV-1a.
  std::uint64_t second = 11'400'714'819'323'198'485u;

  PathHash then(std::string_view text) const;

  friend auto operator<=>(const PathHash&, const PathHash&) = default;
};

// `a.b.c`
class PropertyPath {
 public:
  PropertyPath() = default;
  explicit PropertyPath(std::string text) : text_(std::move(text)), hash_(PathHash().then(text_)) {}

  const std::string& text() const { return text_; }
  const PathHash& hash() const { return hash_; }

 private:
  std::string text_;
  PathHash hash_;
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

  // Null if there are none.
  const Values* at(const PropertyPath& path) const;

  bool is_empty() const { return json_.get_object().empty(); }

 private:
  class Indexing;

  struct Path {
    PathHash hash;
    Values values;  // Part of what is below.
  };

  boost::json::value json_;
  std::vector<Path> paths_;  // Sorted.
  std::vector<Number> numbers_;
  std::vector<std::string_view> strings_;
  std::vector<std::string_view> by_end_;
  std::vector<std::string_view> by_lower_case_;
  std::vector<IpAddress> addresses_;
};

// An object or an array has no value of its own; those in an array are asked for one by one.
std::optional<Scalar> scalar(const boost::json::value& value);

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
