// The manual page mailrail(1), in roff: every command and option, as --help has them, with the
// environment, the files and the exit codes.
//
// Whatever a help text says is text here, too: none of it is taken for roff.

#pragma once

#include <string>
#include <vector>

#include "cli/command_tree.h"

namespace mailrail::cli {

std::string manual(const std::vector<CommandView>& tree, const std::string& version);

}  // namespace mailrail::cli
