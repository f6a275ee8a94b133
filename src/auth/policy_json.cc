#include "auth/policy_json.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <boost/json.hpp>

namespace mailrail::auth {
namespace {

namespace json = boost::json;

// A number beyond every double is read as infinity, which is no JSON.
bool is_finite(const json::value& value) {
  if (value.is_double()) return std::isfinite(value.get_double());
  if (value.is_array()) return std::ranges::all_of(value.get_array(), is_finite);
  return !value.is_object() ||
         std::ranges::all_of(value.get_object(), [](const json::key_value_pair& each) {
           return is_finite(each.value());
         });
}

}  // namespace

std::optional<json::object> read_policy_json(std::string_view text) {
  boost::system::error_code error;
  json::value parsed = json::parse(text, error);
  if (error || !parsed.is_object() || !is_finite(parsed)) return std::nullopt;
  return std::move(parsed.as_object());
}

}  // namespace mailrail::auth
