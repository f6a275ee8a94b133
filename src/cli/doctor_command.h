// `mailrail doctor`: what is wrong with a running server and its queues, each finding with its
// evidence and what to do.
//
// It asks the server once and changes nothing; with --fix it makes the changes that need no
// decision, and asks again. ops/doctor.h judges.

#pragma once

#include "cli/command.h"

namespace mailrail::cli {

Command add_doctor(CLI::App& app);

}  // namespace mailrail::cli
