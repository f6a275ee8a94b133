// Recovery: what a server finds in its log when it starts, or forgets if it is sabotaged.

#pragma once

#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "log/disk.h"
#include "log/frame.h"
#include "log/log_store.h"
#include "sim/process.h"
#include "sim/sabotage.h"

namespace mailrail::sim {

// Of one frame. What the log holds was decided once.
Result<void> apply(engine::Engine& engine, const log::Frame& frame, Sabotage::What what);
// Of a checkpoint and all frames after its begin, which are returned.
Result<std::vector<log::Frame>> replay(log::LogStore& log,
                                       engine::Engine& engine,
                                       Sabotage::What what);

// From a disk.
Result<Process::Recovered> recover(log::Disk& disk, const Process::World& world);

}  // namespace mailrail::sim
