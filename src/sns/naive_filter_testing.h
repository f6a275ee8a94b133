// Filter policies without tables, indexes or hashes: for each branch every key is compared with a
// list of everything that is in the event. It is slow, and short enough to be seen to be right.
//
// What it makes of a policy is asked only where the real one has found nothing wrong with it.
// Nothing here is part of mailrail itself.

#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "sns/filter_event.h"
#include "sns/filter_json.h"
#include "sns/filter_limits.h"
#include "sns/filter_policy.h"

namespace mailrail::sns::naive {

namespace json = boost::json;

using Branch = std::vector<std::pair<std::string, json::array>>;  // Paths and what they must be.
using Found = std::vector<std::pair<std::string, json::value>>;   // Paths and their values.

inline bool is_or(std::string_view name, const json::value& value) {
  if (name != "$or" || !value.is_array() || value.get_array().size() < 2) return false;
  for (const json::value& each : value.get_array()) {
    if (!each.is_object()) return false;
    for (const char* reserved :
         {"prefix", "suffix", "equals-ignore-case", "anything-but", "numeric", "cidr", "exists"}) {
      if (each.get_object().contains(reserved)) return false;
    }
  }
  return true;
}

// The branches that `$or`s make of these, with the members of an object added to each.
inline std::vector<Branch> branches(std::vector<Branch> so_far,
                                    const json::object& policy,
                                    const std::string& prefix) {
  for (const auto& [name, value] : policy) {
    const std::string path = prefix + std::string(name);
    if (is_or(name, value)) {
      std::vector<Branch> all;
      for (const json::value& each : value.get_array()) {
        for (Branch& branch : branches(so_far, each.get_object(), prefix))
          all.push_back(std::move(branch));
      }
      so_far = std::move(all);
    } else if (value.is_object()) {
      so_far = branches(std::move(so_far), value.get_object(), path + ".");
    } else {
      for (Branch& each : so_far) each.emplace_back(path, value.get_array());
    }
  }
  return so_far;
}

inline void flatten(const json::value& value, const std::string& path, Found& found) {
  if (value.is_array()) {
    for (const json::value& each : value.get_array()) flatten(each, path, found);
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.get_object())
      flatten(member, path.empty() ? std::string(name) : path + "." + std::string(name), found);
  } else {
    found.emplace_back(path, value);
  }
}

inline long double number(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64()) return value.get_uint64();
  return value.get_double();
}

inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& each : lower) {
    if (each >= 'A' && each <= 'Z') each += 'a' - 'A';
  }
  return lower;
}

inline bool is_same(const json::value& left, const json::value& right) {
  if (left.is_number() && right.is_number()) return number(left) == number(right);
  return left.kind() == right.kind() && left == right;
}

inline std::string bits(const IpAddress& address) {
  std::string bits;
  for (std::size_t i = 0; i < (address.version == IpVersion::v4 ? 4 : 16); ++i) {
    for (int bit = 7; bit >= 0; --bit) bits += (address.bytes[i] >> bit & 1) != 0 ? '1' : '0';
  }
  return bits;
}

inline bool is_in_network(std::string_view cidr, std::string_view text) {
  const auto network = parse_ip_address(cidr.substr(0, cidr.find('/')));
  const auto address = parse_ip_address(text);
  const auto length = std::stoul(std::string(cidr.substr(cidr.find('/') + 1)));
  return address && address->version == network->version &&
         bits(*address).substr(0, length) == bits(*network).substr(0, length);
}

inline bool is_in_range(const json::array& range, long double value) {
  for (std::size_t i = 0; i + 1 < range.size(); i += 2) {
    const std::string_view comparison = range[i].get_string();
    const long double bound = number(range[i + 1]);
    if (comparison == "=" && value != bound) return false;
    if (comparison == "<" && value >= bound) return false;
    if (comparison == "<=" && value > bound) return false;
    if (comparison == ">" && value <= bound) return false;
    if (comparison == ">=" && value < bound) return false;
  }
  return true;
}

inline bool is_anything_but(const json::value& operand, const json::value& value) {
  if (operand.is_object()) {
    const std::string_view prefix = operand.get_object().at("prefix").get_string();
    return !value.is_string() || !std::string_view(value.get_string()).starts_with(prefix);
  }
  if (!operand.is_array()) return !is_same(operand, value);
  return std::ranges::none_of(operand.get_array(),
                              [&](const json::value& each) { return is_same(each, value); });
}

inline bool takes(const json::value& pattern, const json::value& value) {
  if (!pattern.is_object()) return is_same(pattern, value);
  const std::string_view type = pattern.get_object().begin()->key();
  const json::value& operand = pattern.get_object().begin()->value();
  if (type == "exists") return operand.get_bool() && !value.is_null() && value != json::value("");
  if (type == "anything-but") return is_anything_but(operand, value);
  if (type == "numeric")
    return value.is_number() && is_in_range(operand.get_array(), number(value));
  if (!value.is_string()) return false;
  const std::string_view text = value.get_string();
  const std::string_view wanted = operand.get_string();
  if (type == "prefix") return text.starts_with(wanted);
  if (type == "suffix") return text.ends_with(wanted);
  if (type == "equals-ignore-case") return lower_case(text) == lower_case(wanted);
  return is_in_network(wanted, text);
}

inline bool takes_absence(const json::array& patterns) {
  return std::ranges::any_of(
      patterns, [](const json::value& each) { return each == json::value{{"exists", false}}; });
}

inline bool is_met(const Branch& branch, const Found& found) {
  return std::ranges::all_of(branch, [&](const auto& key) {
    bool is_there = false;
    for (const auto& [path, value] : found) {
      if (path != key.first) continue;
      is_there = true;
      for (const json::value& pattern : key.second) {
        if (takes(pattern, value)) return true;
      }
    }
    return !is_there && takes_absence(key.second);
  });
}

inline void add_attribute(const EventAttribute& attribute, json::object& attributes) {
  const ParsedJson parsed = parse_json(attribute.value, limits::filtered_body_depth_max);
  const bool error = parsed.error.failed();
  const json::value& read = parsed.value;
  const std::string name(attribute.name);
  if (attribute.data_type == "String") attributes[name] = attribute.value;
  if (attribute.data_type == "Number" && !error && read.is_number()) attributes[name] = read;
  if (attribute.data_type != "String.Array" || error || !read.is_array()) return;
  json::array scalars;
  for (const json::value& each : read.get_array()) {
    if (!each.is_array() && !each.is_object()) scalars.push_back(each);
  }
  attributes[name] = scalars;
}

// `policy` is one that parse_filter_policy() took.
inline bool matches(std::string_view policy,
                    FilterScope scope,
                    std::string_view body,
                    std::span<const EventAttribute> attributes) {
  const json::value parsed = parse_json(policy, limits::filter_policy_depth_max).value;
  if (parsed.get_object().empty()) return true;
  json::value properties = json::object();
  if (scope == FilterScope::message_body) {
    const ParsedJson in_body = parse_json(body, limits::filtered_body_depth_max);
    if (in_body.error || !in_body.value.is_object()) return false;
    properties = in_body.value;
  } else {
    for (const EventAttribute& each : attributes) add_attribute(each, properties.get_object());
  }
  if (properties.get_object().empty()) return false;
  Found found;
  // A name that is empty would be lost before a dot, so paths begin with one here.
  for (const auto& [name, value] : properties.get_object())
    flatten(value, "." + std::string(name), found);
  const std::vector<Branch> all = branches({Branch()}, parsed.get_object(), ".");
  return std::ranges::any_of(all, [&](const Branch& each) { return is_met(each, found); });
}

}  // namespace mailrail::sns::naive
