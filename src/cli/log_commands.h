// `mailrail verify`, `salvage` and `move-log` on the command line: what is done to a log while no
// server runs on it.
// What each does, verify.h, salvage.h and move_log.h say.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_verify(CLI::App& app);
Command add_salvage(CLI::App& app);
Command add_move_log(CLI::App& app);

}  // namespace mailrail::cli
