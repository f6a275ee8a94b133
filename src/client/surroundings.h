// Surroundings: where the settings of a client are read from, behind functions, so that tests can
// say what is there: variables of the environment, files, and commands that print something.
//
// A variable that is set to nothing counts as not set, and so does a file that is not there.

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"

namespace mailrail::client {

struct Surroundings {
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::function<Result<std::optional<std::string>>(const std::string& path)> file;
  // What the command prints, run by the shell.
  std::function<Result<std::string>(const std::string& command)> output;
};

// The process's own.
Surroundings process_surroundings();

}  // namespace mailrail::client
