// `mailrail standby` on the command line.
// What `promote` does, standby.h says.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_promote(CLI::App& app);

}  // namespace mailrail::cli
