// Recovery: what a server that keeps its log on a disk begins with. Told to, it forgets some of it,
// so that the judge can be seen to notice.

#pragma once

#include "base/result.h"
#include "log/disk.h"
#include "sim/process.h"

namespace mailrail::sim {

Result<Process::Recovered> recover(log::Disk& disk, const Process::World& world);

}  // namespace mailrail::sim
