// Verify: whether everything that docs/journal-format.md says of a data directory is true of it.
//
// Reads all of it and changes nothing: every segment, every frame, every fact, the checkpoint, the
// state that they give, and the body of every message that is still there. If it says that the
// directory is whole, a server starts on it.

#pragma once

#include <cstdint>
#include <string>

#include "ops/examination.h"

namespace mailrail::ops {

struct Verified {
  log::Inspected inspected;
  std::uint64_t facts = 0;
  std::uint64_t records = 0;
  std::uint64_t queues = 0;
  std::uint64_t messages = 0;
  std::uint64_t body_bytes = 0;
  Findings findings;

  bool is_whole() const { return findings.count == 0; }
};

// Refuses a directory that is none, of a newer format, or in use.
Result<Verified> verify(log::Disk& disk, std::uint64_t hash_seed, Progress& progress);

// For people.
std::string text_of(const Verified& verified, const std::string& directory);

}  // namespace mailrail::ops
