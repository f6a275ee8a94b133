// DirectorySource: the log of a data directory that is moved elsewhere.
//
// It is opened as a server does that starts, which trims what a crash has torn, and left as by one
// that has stopped.

#pragma once

#include <memory>

#include "base/random.h"
#include "log/file/file_log.h"
#include "ops/held_log.h"

namespace mailrail::ops {

class DirectorySource final : public SourceLog {
 public:
  // Refuses a directory that has no log, or is in use.
  static Result<std::unique_ptr<DirectorySource>> open(log::Disk& disk, Random& random);

  log::LogStore& log() override { return *log_; }
  Result<void> keep() override { return {}; }  // The lock is ours until we are gone.
  Result<void> finish() override { return log_->close(); }
  Result<Instant> replay(engine::Engine& engine) override;

 private:
  explicit DirectorySource(std::unique_ptr<log::FileLog> log) : log_(std::move(log)) {}

  std::unique_ptr<log::FileLog> log_;
};

}  // namespace mailrail::ops
