// Carrying a command out: what the actions of SQS and SNS do between a name and the engine, and
// not more.
//
// The simulated server and the properties of the model ask the engine through the same function, so
// that both judge the same thing.

#pragma once

#include "engine/engine.h"
#include "sim/command.h"

namespace mailrail::sim {

// Asks once; a receive that is unfinished or finds nothing is for the caller to ask again.
Reply carry_out(const Command& command, engine::Engine& engine, engine::Turn& turn);
// The part of it that SNS's actions are.
Reply carry_out_about_topic(const Command& command, engine::Engine& engine, engine::Turn& turn);

}  // namespace mailrail::sim
