// The name of a node among those that share a log, kept in its directory.
//
// Only one process at a time can hold the directory, so a log that is owned by this very name has
// no owner that lives.

#pragma once

#include <string>

#include "base/random.h"
#include "base/result.h"
#include "log/disk.h"

namespace mailrail::server {

// Made up, and kept, if there is none yet. The directory must be locked. Refuses one that keeps a
// log of its own.
Result<std::string> node_name(log::Disk& disk, Random& random);

}  // namespace mailrail::server
