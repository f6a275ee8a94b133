// `mailrail serve` on the command line.
// Its options come in groups, each with a struct of its own that says what was given; serve.h says
// what becomes of them.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_serve(CLI::App& app);

}  // namespace mailrail::cli
