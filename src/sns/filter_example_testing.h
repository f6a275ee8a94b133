// Policies and messages that are made up from bytes, so that a random generator can draw them, and
// shrink them, and a fuzzer can search among them.
//
// They use few names and values, so that they meet often. Every policy is well-formed; it may be
// too complex. Nothing here is part of mailrail itself.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sns/filter_policy.h"

namespace mailrail::sns {

class FilterExample {
 public:
  explicit FilterExample(std::span<const std::uint8_t> choices) : choices_(choices) {
    scope = choose(2) == 0 ? FilterScope::message_body : FilterScope::message_attributes;
    if (scope == FilterScope::message_body) body = object(3);
    const std::size_t count = scope == FilterScope::message_body ? 0 : choose(7);
    for (std::size_t i = 0; i < count; ++i) add_attribute();
    policy = conditions(scope == FilterScope::message_body ? 2 : 0, 2);
  }

  FilterScope scope;
  std::string policy;
  std::string body;

  std::vector<EventAttribute> attributes() const {
    std::vector<EventAttribute> views;
    for (const Attribute& each : attributes_)
      views.push_back({.name = each.name, .data_type = each.type, .value = each.value});
    return views;
  }

 private:
  struct Attribute {
    std::string name;
    std::string type;
    std::string value;
  };

  // Zero where there are no bytes any more.
  std::size_t choose(std::size_t count) {
    if (choices_.empty()) return 0;
    const std::size_t choice = choices_.front() % count;
    choices_ = choices_.subspan(1);
    return choice;
  }

  std::string one_of(std::span<const std::string_view> texts) {
    return std::string(texts[choose(texts.size())]);
  }

  std::string name() {
    static constexpr std::string_view names[] = {"a", "a", "b", "a.b", "", "$or", "a", "b"};
    return one_of(names);
  }

  std::string scalar() {
    static constexpr std::string_view scalars[] = {
        R"("x")",  R"("xy")",          R"("X")",      "1",     "2",    "1.5",   "-3",
        "1e0",     "9007199254740993", "true",        "false", "null", R"("")", R"("1")",
        R"("yx")", R"("10.0.0.7")",    R"("fd00::1")"};
    return one_of(scalars);
  }

  std::string list(std::size_t count, auto element) {
    std::string text = "[";
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + element();
    return text + "]";
  }

  std::string pattern() {
    static constexpr std::string_view patterns[] = {R"({"prefix":"x"})",
                                                    R"({"suffix":"x"})",
                                                    R"({"equals-ignore-case":"XY"})",
                                                    R"({"anything-but":"x"})",
                                                    R"({"anything-but":["x","y"]})",
                                                    R"({"anything-but":[1,2]})",
                                                    R"({"anything-but":1.5})",
                                                    R"({"anything-but":{"prefix":"x"}})",
                                                    R"({"numeric":["=",1]})",
                                                    R"({"numeric":[">",1]})",
                                                    R"({"numeric":["<=",1.5]})",
                                                    R"({"numeric":[">=",-3,"<",2]})",
                                                    R"({"numeric":[">",9007199254740992]})",
                                                    R"({"cidr":"10.0.0.0/29"})",
                                                    R"({"cidr":"fd00::/9"})",
                                                    R"({"exists":true})",
                                                    R"({"exists":false})"};
    return choose(2) == 0 ? scalar() : one_of(patterns);
  }

  std::string patterns() {
    return list(1 + choose(4), [this] { return pattern(); });
  }

  std::string conditions(std::size_t depth, std::size_t keys_max) {
    std::string text = "{";
    const std::size_t count = 1 + choose(keys_max);
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "\"" : ",\"") + condition(depth);
    return text + "}";
  }

  std::string condition(std::size_t depth) {
    const std::size_t kind = choose(7);
    if (kind == 6) return "$or\":" + list(2, [&] { return conditions(depth, 2); });
    const std::string own = name() + "\":";
    return own + (kind >= 4 && depth > 0 ? conditions(depth - 1, 2) : patterns());
  }

  std::string object(std::size_t depth) {
    std::string text = "{";
    const std::size_t count = 1 + choose(4);
    for (std::size_t i = 0; i < count; ++i)
      text += (i == 0 ? "\"" : ",\"") + name() + "\":" + value(depth);
    return text + "}";
  }

  std::string value(std::size_t depth) {
    const std::size_t kind = choose(8);
    if (kind >= 6 && depth > 0) return object(depth - 1);
    if (kind == 5 && depth > 0) return list(choose(4), [&] { return value(depth - 1); });
    return scalar();
  }

  void add_attribute() {
    const std::string called = name();
    const std::string json = scalar();
    const bool is_text = json.front() == '"';
    switch (choose(4)) {
      case 0:
      case 1:
        attributes_.push_back({.name = called,
                               .type = is_text ? "String" : "Number",
                               .value = is_text ? json.substr(1, json.size() - 2) : json});
        break;
      case 2:
        attributes_.push_back({.name = called,
                               .type = "String.Array",
                               .value = list(choose(4), [this] { return value(1); })});
        break;
      default:
        attributes_.push_back({.name = called, .type = "Binary", .value = json});
    }
  }

  std::span<const std::uint8_t> choices_;
  std::vector<Attribute> attributes_;
};

}  // namespace mailrail::sns
