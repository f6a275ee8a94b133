// Scripts for ModelWorld, made up by RapidCheck: what the properties of the model are played with.
//
// Few queues, conversations and ids, so that steps meet each other; what empties a queue is rare.
// Some of what takes several steps in a row, as a message does to die, comes as a whole.

#pragma once

#include <iosfwd>
#include <vector>

#include <rapidcheck.h>

#include "sim/model_world.h"

namespace mailrail::sim {

inline constexpr int script_steps_max = 200;  // As they are made up, before some become several.

rc::Gen<Script> any_script();

// Some, the same each time.
const std::vector<Script>& some_scripts();

// Two purges of a queue within a minute are rarer than what else two steps may come to.
Script with_purges(Script script);

// The name that RapidCheck looks for, to show what failed.
// NOLINTNEXTLINE(readability-identifier-naming): as above.
void showValue(const Step& step, std::ostream& out);
// NOLINTNEXTLINE(readability-identifier-naming): as above.
void showValue(const Script& script, std::ostream& out);

}  // namespace mailrail::sim
