// `mailrail serve` on the command line.
// Its options come in groups, each with a struct of its own that says what was given; serve.h says
// what becomes of them.

#pragma once

#include "cli/command.h"
#include "cli/config_file.h"
#include "cli/settings.h"

namespace mailrail::cli {

Command add_serve(CLI::App& app);

// What is wrong with a configuration file, its values included, as if nothing else were said.
Mistakes mistakes_of_serve(const ConfigFile& file);

}  // namespace mailrail::cli
