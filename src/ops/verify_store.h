// Verify, of a log that is kept elsewhere than in a data directory: whether a start would take it,
// and whether the body of every message that is there can be read.
//
// It reads what a start reads, in the same way, then the bodies, and changes nothing. What is wrong
// with frames is told up to the first of them, of bodies all is told. Of the log before its
// checkpoint it looks at what holds a body and at nothing else: the rest is of no use any more.

#pragma once

#include <cstdint>
#include <string>

#include "ops/examination.h"
#include "ops/progress.h"
#include "ops/shared_hold.h"

namespace mailrail::ops {

struct VerifiedStore {
  std::uint64_t frames = 0;  // From the checkpoint's begin on.
  bool has_checkpoint = false;
  std::uint64_t queues = 0;
  std::uint64_t messages = 0;
  std::uint64_t body_bytes = 0;
  Findings findings;

  bool is_whole() const { return findings.count == 0; }
};

// Refuses a log that is in use, or out of reach. `hash_seed` is any number.
Result<VerifiedStore> verify(log::SharedLog& log,
                             std::uint64_t hash_seed,
                             const Pause& pause,
                             Progress& progress);

// For people. `name` is what the log is called.
std::string text_of(const VerifiedStore& verified, const std::string& name);

}  // namespace mailrail::ops
