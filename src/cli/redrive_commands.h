// The commands that bring dead letters back: by move tasks, which the service carries out.
//
// Each is a file of its own; what it does, its help says.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

// The first two go before the last one, whose group they are in.
Command add_redrive_ls(CLI::App& app);
Command add_redrive_cancel(CLI::App& app);
Command add_redrive(CLI::App& app);

}  // namespace mailrail::cli
