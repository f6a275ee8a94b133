// Chore: work on the log that housekeeping asks for, beside the frames.
//
// The broker hands one out at a time and is told what came of it. Parts of a checkpoint are for the
// appending thread, between frames; bodies may be read by any thread.

#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "engine/checkpoint.h"
#include "engine/engine.h"
#include "log/log_store.h"

namespace mailrail::broker {

// Bodies that are to be moved, so that the log before them can be trimmed.
struct ReadBodies {
  std::vector<engine::OldBody> bodies;
  std::vector<log::Hold> holds;
};

struct WriteCheckpoint {
  bool is_first = false;  // Begin a new one, whatever was written of another.
  engine::CheckpointRun run;
};

struct FinishCheckpoint {
  log::FinishedCheckpoint finished;
};

// A step of giving back what the finished checkpoint makes superfluous, and reserves beyond a
// bound.
struct Trim {
  std::uint64_t bytes_max;  // For all files together.
};

using Chore = std::variant<ReadBodies, WriteCheckpoint, FinishCheckpoint, Trim>;

struct ReadBody {
  engine::OldBody old;
  Result<std::string> bytes;
};

struct ChoreDone {
  log::LogStore::Written written = log::LogStore::Written::done;
  std::string why_postponed = {};  // A sentence for the operator.
  std::vector<ReadBody> bodies = {};
  bool has_more = false;  // To trim.
};

// Does it. An error is the log's: nothing more may be acknowledged. A body that can't be read, or
// is not the message's, is none.
Result<ChoreDone> perform(const Chore& chore, log::LogStore& log);

}  // namespace mailrail::broker
