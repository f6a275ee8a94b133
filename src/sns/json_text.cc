#include "sns/json_text.h"

#include <boost/json.hpp>

namespace mailrail::sns {

namespace json = boost::json;

bool say_the_same(std::string_view left, std::string_view right) {
  if (left == right) return true;
  boost::system::error_code error;
  const json::value parsed = json::parse(left, error);
  if (error || !parsed.is_object()) return false;
  const json::value other = json::parse(right, error);
  return !error && parsed == other;
}

bool is_json_object(std::string_view text) {
  boost::system::error_code error;
  const json::value parsed = json::parse(text, error);
  return !error && parsed.is_object();
}

}  // namespace mailrail::sns
