#include "ops/new_directory.h"

namespace mailrail::ops {

Result<std::unique_ptr<NewDirectory>> NewDirectory::begin(log::Disk& disk,
                                                          Random& random,
                                                          const log::FileLogOptions& options,
                                                          log::MadeBy by) {
  auto unfinished = TRY(log::UnfinishedDisk::begin(disk, by));
  auto directory = std::unique_ptr<NewDirectory>(new NewDirectory(std::move(unfinished), random));
  directory->log_ = TRY(log::FileLog::open(*directory->disk_, random, options));
  return directory;
}

Result<log::LogStore*> NewDirectory::reopen() {
  TRY(log_->close());
  log_.reset();
  log_ = TRY(log::FileLog::open(*disk_, random_));
  return log_.get();
}

Result<void> NewDirectory::finish() {
  TRY(log_->close());
  return disk_->finish();
}

}  // namespace mailrail::ops
