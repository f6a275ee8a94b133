// JSON as filters read it: by Boost.JSON, with every number the one that is nearest to its text.
//
// Boost's own numbers are off by the last bit where there are many digits. Then 0.1 in a policy
// would not always be the 0.1 of an attribute, which is no JSON and is read otherwise.

#pragma once

#include <cstddef>
#include <string_view>

#include <boost/json/value.hpp>

namespace mailrail::sns {

struct ParsedJson {
  boost::json::value value;
  boost::system::error_code error;
  std::size_t bytes = 0;  // As far as it was read.
};

// All of `text` has to be one document, no deeper than that.
ParsedJson parse_json(std::string_view text, std::size_t depth_max);

}  // namespace mailrail::sns
