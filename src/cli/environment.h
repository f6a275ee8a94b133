// Environment: the variables of the process, behind a function, so that tests can say what they
// are. One that is set to nothing counts as not set.

#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace mailrail::cli {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The process's own.
Environment process_environment();

using Variables = std::map<std::string, std::string>;

// All of the process's own, by name.
Variables process_variables();

}  // namespace mailrail::cli
