// `mailrail standby promote`: has a standby take the log over from its owner, as planned.
//
// The owner steps down first, so that nothing is lost and clients wait for less than a second. It
// says what happened and how long that took. Nothing changes if the owner does not answer, unless
// that is forced.

#pragma once

#include "base/result.h"
#include "cli/exit_codes.h"
#include "cli/session.h"

namespace mailrail::cli {

struct PromoteOptions {
  SessionOptions session;
  bool is_forced = false;
};

Result<ExitCode> promote(const PromoteOptions& options, Session& session);

}  // namespace mailrail::cli
