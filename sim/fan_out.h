// Whom a publication is for: as SNS finds it, and as its filter policies say in plain words.
//
// carry_out() asks the first, which is part of what is simulated; the ledger and the model ask the
// second, an evaluator without tables or caches that shares no code with it.

#pragma once

#include <vector>

#include "engine/engine.h"
#include "sim/command.h"

namespace mailrail::sim {

// By the fan-out and the compiled filters of SNS.
std::vector<engine::PublishTarget> targets_of(engine::Engine& engine,
                                              const engine::Topic& topic,
                                              const Publication& publication);

// Whether the subscription's filter lets it through.
bool is_let_through(const engine::SubscriptionAttributes& subscription,
                    const Publication& publication);

}  // namespace mailrail::sim
