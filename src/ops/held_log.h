// HeldLog: a log at rest that nobody else may use as long as this exists, whatever it is kept in.
//
// Seam: a data directory is held by its lock, a log in a database by its lease, which has to be
// renewed. A source holds what is moved, a target nothing yet.

#pragma once

#include <cstddef>

#include "base/result.h"
#include "engine/engine.h"
#include "log/log_store.h"

namespace mailrail::ops {

class HeldLog {
 public:
  virtual ~HeldLog() = default;

  virtual log::LogStore& log() = 0;
  // Again and again while there is work: an error if somebody else has it by now.
  virtual Result<void> keep() = 0;
  // Leaves it as a server does that has stopped. A target is a whole log from then on.
  virtual Result<void> finish() = 0;
};

class SourceLog : public HeldLog {
 public:
  // Into a fresh engine. Says when the last of it happened.
  virtual Result<Instant> replay(engine::Engine& engine) = 0;
};

class TargetLog : public HeldLog {
 public:
  // How many bytes of bodies a frame should have.
  virtual std::size_t frame_bytes() const = 0;
  // The same log read anew, as a start would find it. Holds until finish(), and nothing may be
  // written any more.
  virtual Result<log::LogStore*> reopen() = 0;
};

}  // namespace mailrail::ops
