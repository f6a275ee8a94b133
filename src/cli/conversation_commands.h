// `mailrail conversations QUEUE`: the commands that show the conversations of a FIFO queue and
// decide about those that are stuck.
//
// They share the name of the queue, so they are added together.

#pragma once

#include <vector>

#include "cli/command.h"

namespace mailrail::cli {

std::vector<Command> add_conversations(CLI::App& app);

}  // namespace mailrail::cli
