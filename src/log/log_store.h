// LogStore: where frames are kept, and the only thing that makes a fact durable.
//
// Seam: a segmented journal in a directory (file/), memory (memory/, for tests); later PostgreSQL
// and S3. Every store passes the same conformance suite. A store takes over its log when it is
// opened and fences older owners. One append is in flight at a time: the next frame's position is
// known before it is filled, and the log is always a prefix of what was appended.

#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "log/frame.h"

namespace mailrail::log {

enum class Outcome {
  durable,  // The frame and all before it survive a power cut.
  fenced,   // Another owner has taken over; this one may never append again.
  failed,   // Unknown whether it survives. Never retried: the process ends and a restart finds out.
};

struct Appended {
  Outcome outcome;
  std::string reason = {};  // A sentence for the operator unless durable.
};

class LogStore {
 public:
  virtual ~LogStore() = default;

  // Where the payload of the next frame will begin. After open, and while no append is running.
  virtual Position next_position() const = 0;

  // Where the payload after `frame` will begin, once that is appended. Pure arithmetic; any thread,
  // at any time.
  virtual Position position_after(const Frame& frame) const = 0;

  // Blocks until the outcome is known. `frame.position` must be next_position(), its payload 1 to
  // frame_bytes_max bytes. Called by one thread, one call at a time; after anything but durable
  // every later call gives the same outcome.
  virtual Appended append(const Frame& frame) = 0;

  // One bounded step of work that makes later appends quicker, for the appending thread when it has
  // nothing else to do. Says whether there is more of it. A failure shows in the next append.
  virtual bool prepare_ahead() { return false; }

  // `length` bytes of one durable frame's payload, verified against the frame's checksum where the
  // store can. Any thread.
  virtual Result<std::string> read(Position position, std::size_t length) const = 0;

  // Calls `visit` with every durable frame from the first one kept, in order. Stops at its first
  // error and returns it.
  virtual Result<void> scan(const std::function<Result<void>(const Frame&)>& visit) = 0;

  // Records that the log ends here by intent, so that any later damage to its tail can be told from
  // a torn write. Nothing may be appended afterwards.
  virtual Result<void> close() = 0;
};

}  // namespace mailrail::log
