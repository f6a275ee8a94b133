// A policy as JSON: how its text is read, wherever that is.
// It is an object, no deeper than 32 levels, and what is read can be written again.

#pragma once

#include <optional>
#include <string_view>

#include <boost/json/object.hpp>

namespace mailrail::auth {

// Nothing if it is none.
std::optional<boost::json::object> read_policy_json(std::string_view text);

}  // namespace mailrail::auth
