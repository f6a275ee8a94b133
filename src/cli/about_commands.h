// `mailrail completion`, `mailrail man` and `mailrail version`: what the program says of itself.
//
// All of it is made of the commands as they are, so the commands must have been added by the time
// these run.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_completion(CLI::App& app);
Command add_man(CLI::App& app);
Command add_version(CLI::App& app);

}  // namespace mailrail::cli
