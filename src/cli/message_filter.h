// MessageFilter: which messages somebody wants to see, by what is in them.
//
// `NAME=VALUE` is what a member is, `NAME~TEXT` what is in it. A member is named by its way:
// `Body`, `Attributes.MessageGroupId`, `MessageAttributes.store` for the value of an attribute, or
// `Body.user.id` for what is inside a body that is JSON.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.h"

namespace mailrail::cli {

class MessageFilter {
 public:
  // All must hold. The error is of kind usage.
  static Result<MessageFilter> parse(const std::vector<std::string>& conditions);

  // Of a message as it is printed.
  bool lets_through(const boost::json::object& message) const;

 private:
  enum class Test : std::uint8_t { equals, contains };

  struct Condition {
    std::string way;
    Test test = Test::equals;
    std::string text;
  };

  static bool holds(const Condition& condition, const boost::json::object& message);

  std::vector<Condition> conditions_;
};

}  // namespace mailrail::cli
