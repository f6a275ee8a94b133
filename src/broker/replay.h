// Replay: makes the state that a log holds, from its checkpoint and the facts after that's begin.
//
// The facts of a log have been decided once and are only applied. What can't be decoded although
// the store found it whole, or can't follow what came before it, is damage, too: the Error says
// where it is. The engine is of no use then.

#pragma once

#include <functional>

#include "base/result.h"
#include "engine/engine.h"
#include "log/log_store.h"

namespace mailrail::broker {

// The engine must be fresh. `applied` is told of each frame, and ends it all by an error.
Result<void> replay(log::LogStore& log,
                    engine::Engine& engine,
                    const std::function<Result<void>(const log::Frame&)>& applied = {});

// One frame more, which has come to the log since then.
Result<void> replay(const log::LogStore& log, engine::Engine& engine, const log::Frame& frame);

}  // namespace mailrail::broker
