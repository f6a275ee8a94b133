// HOCON, as far as configurations of ElasticMQ use it: tables, keys with or without quotes and
// dots, values that end with their line, comments. Into the same tree as JSON.
//
// What would need more (substitutions, lists, multi-line texts, files that are included) is refused
// with a sentence; the `include classpath(...)` that every such file begins with is left out.

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/result.h"

namespace mailrail::topology {

struct Hocon {
  boost::json::object root = {};
  std::map<std::string, std::size_t> lines = {};  // By path.
};

Result<Hocon> parse_hocon(std::string_view text, const std::string& name);

}  // namespace mailrail::topology
