// `mailrail salvage DIR --to DIR2`: saves what can be read of a damaged data directory.
// It says on standard output what is saved, what is lost and what may be odd from then on, and on
// standard error why nothing was done.

#pragma once

#include <string>

namespace mailrail::cli {

struct SalvageOptions {
  std::string from;
  std::string to;  // New or empty.
};

// The process's exit code: 0 nothing was lost, 1 something was, but a server can start on the
// result, 2 it was not done.
int salvage(const SalvageOptions& options);

}  // namespace mailrail::cli
