// `mailrail bench`: how fast a server is, and whether it keeps its promises meanwhile.
//
// For mailrail, AWS and whatever else speaks the APIs of SQS and SNS. It works with queues of its
// own and removes them.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_bench(CLI::App& app);

}  // namespace mailrail::cli
