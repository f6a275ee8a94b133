// Backup: copies the log of a server that goes on serving, as it was at one moment.
//
// Each backup is a directory of its own under the destination, whole, and named by its time, so
// that the newest is the last. Files that the one before has already, and that never change, are
// shared with it by a link where the file system knows links: a backup then costs what is new. It
// is read back and verified before it counts. One that was interrupted never does; the next one
// removes it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "log/snapshot.h"
#include "ops/progress.h"
#include "ops/verify.h"

namespace mailrail::ops {

// The server, over whatever leads to it.
class BackupSource {
 public:
  virtual ~BackupSource() = default;
  virtual Result<log::Snapshot> begin() = 0;
  // Of a file of the snapshot; as many bytes as are wanted, or fewer but some.
  virtual Result<std::string> read(const std::string& name,
                                   std::uint64_t offset,
                                   std::size_t length) = 0;
  // All is read.
  virtual Result<void> end() = 0;
};

struct BackupOptions {
  std::string destination;
  Instant now;           // Names it.
  std::size_t keep = 0;  // So many of the newest stay, with this one; 0: all.
  std::uint64_t hash_seed = 0;
};

struct BackedUp {
  std::string directory;
  std::uint64_t copied_bytes = 0;
  std::uint64_t shared_bytes = 0;  // With the backup before.
  std::vector<std::string> removed = {};
  Verified verified;
};

Result<BackedUp> back_up(BackupSource& source, const BackupOptions& options, Progress& progress);

// For people.
std::string text_of(const BackedUp& backed_up);

}  // namespace mailrail::ops
