// The policy of a queue or topic, read from its attribute Policy: who may do what with it.
//
// It is read once and kept by the engine until the attribute changes. It was checked when it was
// set; one that an earlier version took and this one cannot read denies everything.

#pragma once

#include "auth/policy.h"
#include "engine/engine.h"

namespace mailrail::api {

// Null: it has none. Good for this turn.
const auth::Policy* policy_of(engine::Engine& engine, const engine::Queue& queue);
const auth::Policy* policy_of(engine::Engine& engine, const engine::Topic& topic);

}  // namespace mailrail::api
