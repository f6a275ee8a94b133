// Which server a command asks, and in which region: what the option says, else the environment,
// else this machine.
//
// The variables of the AWS tools are heeded, so that a shell that is set up for them is set up for
// mailrail. One of our own goes before them.

#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cli/environment.h"

namespace mailrail::cli {

inline constexpr const char* default_endpoint = "http://127.0.0.1:4566";

// Of SNS, and what goes with it. The error is of kind usage.
Result<std::string> endpoint_of(const std::optional<std::string>& option,
                                const Environment& environment);

// Nothing if nobody says: the server has a default.
std::optional<std::string> region_of(const std::optional<std::string>& option,
                                     const Environment& environment);

}  // namespace mailrail::cli
