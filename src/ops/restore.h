// Restore: makes a new data directory of a backup.
//
// The backup is only read; the directory must be empty or not there yet. It is verified before a
// server can start on it, and durable when this returns; whatever interrupts it leaves a directory
// that refuses to be started on.

#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "ops/progress.h"
#include "ops/verify.h"

namespace mailrail::ops {

// `from` is a backup's directory, `to` an empty one or none yet.
Result<Verified> restore(const std::string& from,
                         const std::string& to,
                         std::uint64_t hash_seed,
                         Progress& progress);

}  // namespace mailrail::ops
