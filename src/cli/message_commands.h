// The commands that send messages to queues, take them and look at them.
//
// Each is a file of its own; what it does, its help says.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_send(CLI::App& app);
Command add_receive(CLI::App& app);
Command add_move(CLI::App& app);
Command add_peek(CLI::App& app);
Command add_tail(CLI::App& app);
Command add_export(CLI::App& app);
Command add_import(CLI::App& app);

}  // namespace mailrail::cli
