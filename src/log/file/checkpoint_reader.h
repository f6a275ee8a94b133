// Reading a finished checkpoint: its parts as they were written, each verified, and all of them.
// One that is not whole is damage: the log before it may be gone, so nothing else has its state.

#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "log/disk.h"
#include "log/file/format.h"

namespace mailrail::log {

// Calls `visit` with every part and the records in it, in order. Stops at the first error.
using VisitPart = std::function<Result<void>(std::string_view payload, std::uint32_t count)>;
Result<void> read_checkpoint(Disk& disk,
                             const format::Checkpoint& checkpoint,
                             const VisitPart& visit);

}  // namespace mailrail::log
