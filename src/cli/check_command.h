// `mailrail check FILE`: whether a configuration file or a topology file says what it should.
// It tells all mistakes at once, asks no server, and changes nothing.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_check(CLI::App& app);

}  // namespace mailrail::cli
