// `mailrail backup DIR` and `mailrail restore DIR`: copies of what a running server holds, and data
// directories made of them.
//
// The server is asked over its API, so a backup may stand on another machine. ops/backup.h says
// what it promises; restore works without a server.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_backup(CLI::App& app);
Command add_restore(CLI::App& app);

}  // namespace mailrail::cli
