// `mailrail healthcheck`: whether the server on this machine is ready, as an exit code, for
// containers and scripts. It needs no key, and no tool that an image would have to bring.

#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "cli/environment.h"

namespace mailrail::cli {

Command add_healthcheck(CLI::App& app);

// Whom it asks: what is said, else where a server of this environment listens, as the container's
// own does.
Result<std::string> checked_endpoint(const std::optional<std::string>& option,
                                     const Environment& environment);

}  // namespace mailrail::cli
