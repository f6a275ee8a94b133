// `mailrail queues`: the commands that list, show, make, change and remove queues.
//
// Each says in its help what it does. What destroys messages asks first.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_queues_ls(CLI::App& app);
Command add_queues_show(CLI::App& app);
Command add_queues_create(CLI::App& app);
Command add_queues_set(CLI::App& app);
Command add_queues_purge(CLI::App& app);
Command add_queues_pause(CLI::App& app);
Command add_queues_resume(CLI::App& app);
Command add_queues_rm(CLI::App& app);

// `mailrail top`: all queues on a screen of their own.
Command add_top(CLI::App& app);

}  // namespace mailrail::cli
