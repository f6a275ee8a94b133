// Where the log is, as it is said on the command line: in the data directory, or in a database that
// several servers share.
//
// Nothing here connects. A password is never taken from the command line, where everybody on the
// machine can read it.

#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "server/server.h"

namespace mailrail::cli {

// As they were given, if they were.
struct LogOptions {
  std::optional<std::string> url = {};
  std::optional<std::string> name = {};
  std::optional<std::string> advertise = {};
  std::optional<std::string> password_file = {};
};

// The options with what was given.
Result<server::Options> with_log(server::Options options, const LogOptions& given);

}  // namespace mailrail::cli
