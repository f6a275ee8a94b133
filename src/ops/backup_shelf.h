// BackupShelf: the directory that backups stand in, each under the name of its time.
//
// What has the name of a time is a whole backup; one that is being made has another until it is
// whole. Nothing else in the directory is looked at or touched.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "log/file/unfinished.h"
#include "log/posix_disk.h"

namespace mailrail::ops {

// One backup, opened.
struct BackupDisk {
  std::unique_ptr<log::PosixDisk> directory;
  std::unique_ptr<log::UnfinishedDisk> disk;  // The journal's files, under their names.
};

// Where a backup is: the directory itself, or the newest in it. Nothing if there is none.
Result<std::optional<std::string>> find_backup(const std::string& directory);
// How old the newest is, by the clock of this machine. Nothing if there is none.
Result<std::optional<Duration>> age_of_newest_backup(const std::string& directory, Instant now);
// To be read. Refuses what is no backup.
Result<BackupDisk> open_backup(const std::string& directory);

class BackupShelf {
 public:
  // Makes the directory if it is not there.
  static Result<BackupShelf> open(const std::string& directory);

  std::optional<std::string> newest() const;
  // Removes what was left of those that were interrupted.
  Result<BackupDisk> begin(Instant now);
  // It is whole: durable under its name when this returns, which says where it is.
  Result<std::string> finish(BackupDisk made);
  // All but so many of the newest. Says which.
  Result<std::vector<std::string>> remove_oldest(std::size_t keep);

 private:
  explicit BackupShelf(std::string directory) : directory_(std::move(directory)) {}
  Result<void> remove_unfinished();
  Result<void> sync() const;

  std::string directory_;
  std::string name_;  // Of the one that is being made.
};

}  // namespace mailrail::ops
