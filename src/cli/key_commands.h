// The keys of a server on the command line: `mailrail key create`, `ls`, `rotate` and `revoke`.
// What they do, key.h says.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_key_create(CLI::App& app);
Command add_key_list(CLI::App& app);
Command add_key_rotate(CLI::App& app);
Command add_key_revoke(CLI::App& app);

}  // namespace mailrail::cli
