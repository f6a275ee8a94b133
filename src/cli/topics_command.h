// `mailrail topics` on the command line.
// What `test-filter` does, test_filter.h says.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_test_filter(CLI::App& app);

}  // namespace mailrail::cli
