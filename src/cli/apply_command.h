// `mailrail apply FILE`: makes the queues, topics and subscriptions that a file asks for.
// It says first what it will do, and does nothing twice.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_apply(CLI::App& app);

}  // namespace mailrail::cli
