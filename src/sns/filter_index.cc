// The index of an event's values by their paths: how it is made, and how one is found in it.

#include <algorithm>
#include <bit>
#include <numeric>
#include <tuple>

#include <boost/json.hpp>

#include "sns/filter_event.h"

namespace mailrail::sns {
namespace {

namespace json = boost::json;

// Where a value was found, by number.
template <class Value>
struct Found {
  std::uint32_t path;
  Value value;
};

template <class Value, class IsBefore>
void sort(std::vector<Found<Value>>& found, IsBefore is_before) {
  std::ranges::sort(found, [&](const Found<Value>& one, const Found<Value>& other) {
    return one.path != other.path ? one.path < other.path : is_before(one.value, other.value);
  });
}

// Each value once at a path.
template <class Value>
void remove_duplicates(std::vector<Found<Value>>& sorted) {
  const auto rest = std::ranges::unique(sorted, [](const auto& one, const auto& other) {
    return one.path == other.path && one.value == other.value;
  });
  sorted.erase(rest.begin(), rest.end());
}

template <class Value>
std::vector<Value> values_of(const std::vector<Found<Value>>& found) {
  std::vector<Value> values;
  values.reserve(found.size());
  for (const Found<Value>& each : found) values.push_back(each.value);
  return values;
}

// For each path, the part of `values` that was found there; both are in the order of paths.
template <class Value, class Take>
void for_each_path(const std::vector<Found<Value>>& found,
                   const std::vector<Value>& values,
                   Take take) {
  for (std::size_t begin = 0; begin < found.size();) {
    std::size_t end = begin + 1;
    while (end < found.size() && found[end].path == found[begin].path) ++end;
    take(found[begin].path, std::span<const Value>(values).subspan(begin, end - begin));
    begin = end;
  }
}

}  // namespace

PathHash PathHash::then(std::string_view text) const {
  PathHash hash = *this;
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    hash.first = (hash.first ^ byte) * 1'099'511'628'211u;
    hash.second = (std::rotl(hash.second, 5) ^ byte) * 11'400'714'819'323'198'485u;
  }
  return hash;
}

class Properties::Indexing {
 public:
  explicit Indexing(const json::object& object) { add_members(object, PathHash()); }

  void finish(Properties& properties) {
    number_paths(properties);
    index_numbers(properties);
    index_strings(properties);
    std::erase_if(properties.paths_, [](const Path& each) { return each.values.count() == 0; });
  }

 private:
  struct Place {
    PathHash hash;
    Values kinds;  // Which of null, true and false are there.
  };

  // `before` is what their names go on from.
  void add_members(const json::object& object, const PathHash& before) {
    for (const json::key_value_pair& each : object) {
      const PathHash hash = before.then(each.key());
      if (!each.value().is_object()) places_.push_back({.hash = hash, .kinds = {}});
      add(each.value(), hash, static_cast<std::uint32_t>(places_.size() - 1));
    }
  }

  // Values of arrays, and members of objects in them, are at the path of the array.
  void add(const json::value& value, const PathHash& hash, std::uint32_t place) {
    if (const json::object* object = value.if_object()) return add_members(*object, hash.then("."));
    if (const json::array* array = value.if_array()) {
      for (const json::value& each : *array) add(each, hash, place);
      return;
    }
    const Scalar own = *scalar(value);
    Values& kinds = places_[place].kinds;
    switch (own.kind) {
      case ScalarKind::null:
        kinds.has_null = true;
        break;
      case ScalarKind::boolean:
        (own.boolean ? kinds.has_true : kinds.has_false) = true;
        break;
      case ScalarKind::number:
        numbers_.push_back({.path = place, .value = own.number});
        break;
      case ScalarKind::string:
        strings_.push_back({.path = place, .value = own.text});
        break;
    }
  }

  // In the order of their hashes; places with the same path become one.
  void number_paths(Properties& properties) {
    std::vector<std::uint32_t> order(places_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::sort(order, {}, [&](std::uint32_t each) { return places_[each].hash; });
    std::vector<std::uint32_t> numbers(places_.size());
    for (const std::uint32_t each : order) {
      const Place& place = places_[each];
      if (properties.paths_.empty() || properties.paths_.back().hash != place.hash)
        properties.paths_.push_back({.hash = place.hash, .values = {}});
      Values& values = properties.paths_.back().values;
      values.has_null = values.has_null || place.kinds.has_null;
      values.has_true = values.has_true || place.kinds.has_true;
      values.has_false = values.has_false || place.kinds.has_false;
      numbers[each] = static_cast<std::uint32_t>(properties.paths_.size() - 1);
    }
    for (auto& each : numbers_) each.path = numbers[each.path];
    for (auto& each : strings_) each.path = numbers[each.path];
  }

  void index_numbers(Properties& properties) {
    sort(numbers_, std::less());
    remove_duplicates(numbers_);
    properties.numbers_ = values_of(numbers_);
    for_each_path(numbers_, properties.numbers_, [&](std::uint32_t path, auto values) {
      properties.paths_[path].values.numbers = values;
    });
  }

  void index_strings(Properties& properties) {
    sort(strings_, std::less());
    remove_duplicates(strings_);
    properties.strings_ = values_of(strings_);
    for_each_path(strings_, properties.strings_, [&](std::uint32_t path, auto values) {
      properties.paths_[path].values.strings = values;
    });
    index_addresses(properties);
    sort(strings_, is_before_by_end);
    properties.by_end_ = values_of(strings_);
    for_each_path(strings_, properties.by_end_, [&](std::uint32_t path, auto values) {
      properties.paths_[path].values.by_end = values;
    });
    sort(strings_, is_before_by_lower_case);
    properties.by_lower_case_ = values_of(strings_);
    for_each_path(strings_, properties.by_lower_case_, [&](std::uint32_t path, auto values) {
      properties.paths_[path].values.by_lower_case = values;
    });
  }

  void index_addresses(Properties& properties) {
    std::vector<Found<IpAddress>> addresses;
    for (const auto& each : strings_) {
      if (const auto address = parse_ip_address(each.value))
        addresses.push_back({.path = each.path, .value = *address});
    }
    sort(addresses, is_before);
    properties.addresses_ = values_of(addresses);
    for_each_path(addresses, properties.addresses_, [&](std::uint32_t path, auto values) {
      properties.paths_[path].values.addresses = values;
    });
  }

  std::vector<Place> places_;
  std::vector<Found<Number>> numbers_;
  std::vector<Found<std::string_view>> strings_;
};

Properties::Properties(json::value object) : json_(std::move(object)) {
  Indexing(json_.get_object()).finish(*this);
}

const Values* Properties::at(const PropertyPath& path) const {
  const auto found = std::ranges::lower_bound(paths_, path.hash(), {}, &Path::hash);
  return found != paths_.end() && found->hash == path.hash() ? &found->values : nullptr;
}

}  // namespace mailrail::sns
