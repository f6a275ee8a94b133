// NewDirectory: a data directory that is being made, with a log in it to be filled.
//
// It must have been empty. No server starts on it before finish(), which leaves it as a server does
// that has stopped: the log is closed and has nothing to replay.

#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/random.h"
#include "log/file/file_log.h"
#include "log/file/unfinished.h"
#include "ops/held_log.h"
#include "ops/state_writer.h"

namespace mailrail::ops {

class NewDirectory final : public TargetLog {
 public:
  static Result<std::unique_ptr<NewDirectory>> begin(log::Disk& disk,
                                                     Random& random,
                                                     const log::FileLogOptions& options,
                                                     log::MadeBy by);

  log::LogStore& log() override { return *log_; }
  Result<void> keep() override { return {}; }  // The lock is ours until we are gone.
  std::size_t frame_bytes() const override { return StateWriterOptions().frame_bytes; }
  Result<log::LogStore*> reopen() override;
  Result<void> finish() override;

 private:
  NewDirectory(std::unique_ptr<log::UnfinishedDisk> disk, Random& random)
      : disk_(std::move(disk)), random_(random) {}

  std::unique_ptr<log::UnfinishedDisk> disk_;
  Random& random_;
  std::unique_ptr<log::FileLog> log_;
};

}  // namespace mailrail::ops
