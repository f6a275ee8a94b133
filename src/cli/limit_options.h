// The limits as they are said on the command line: 512MiB, 20GB, 80%.
//
// What is wrong is told with the option's name, the value and what would be right. Below the least
// values mailrail would refuse work that it could do.

#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "server/server.h"

namespace mailrail::cli {

// As they were given, if they were.
struct LimitOptions {
  std::optional<std::string> memory = {};
  std::optional<std::string> disk = {};
};

// The options with what was given.
Result<server::Options> with_limits(server::Options options, const LimitOptions& given);

}  // namespace mailrail::cli
