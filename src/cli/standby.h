// `mailrail standby promote`: has a standby take the log over from its owner, as planned.
//
// The owner steps down first, so that nothing is lost and clients wait for less than a second. It
// says what happened and how long that took. Nothing changes if the owner does not answer, unless
// that is forced.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/exit_codes.h"

namespace mailrail::cli {

struct PromoteOptions {
  std::optional<std::string> endpoint;
  bool is_forced = false;
};

ExitCode promote(const PromoteOptions& options);

}  // namespace mailrail::cli
