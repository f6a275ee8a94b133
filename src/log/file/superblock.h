// The file JOURNAL: read at every start, replaced as a whole at every start, whenever a checkpoint
// is finished, and at a clean stop.
//
// It says which format the directory has, which epoch owns it, which segment is the oldest, where
// the newest checkpoint is, and where the log ended if it was closed. A crash leaves the old one or
// the new one, never a mixture.

#pragma once

#include <optional>

#include "log/disk.h"
#include "log/file/format.h"

namespace mailrail::log {

// Nothing if there is none. Refuses a newer format, a damaged file and an unfinished
// directory.
Result<std::optional<format::Superblock>> read_superblock(Disk& disk);

// With its checksum, as it stands in the file.
std::string bytes_of(format::Superblock block);

// Durable when it returns, and so is every change of the directory before it.
Result<void> write_superblock(Disk& disk, format::Superblock block);

}  // namespace mailrail::log
