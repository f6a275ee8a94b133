// Copying a log: the state that one log holds, written to another log that holds none, and then
// both compared.
//
// Everything is the same afterwards but where bodies lie: ids, numbers, leases, receipt handles,
// deduplication, the secret. The logs may be of different kinds. What cannot be read, or is not the
// same when it is read back, ends it with an error that says which message it is.

#pragma once

#include <cstdint>
#include <functional>

#include "log/log_store.h"
#include "ops/replayed_log.h"
#include "ops/state_writer.h"

namespace mailrail::ops {

struct Copied {
  std::uint64_t queues = 0;  // Those that have a name.
  std::uint64_t topics = 0;
  std::uint64_t messages = 0;
  std::uint64_t damaged = 0;     // Of these, marked as damaged: they have no body in either log.
  std::uint64_t body_bytes = 0;  // One that messages share counts once.
};

// Told how many bytes of bodies are done since the last time; 0 once in a while where there are
// none. Its error ends the work.
using Step = std::function<Result<void>(std::uint64_t bytes)>;

// It is whole when this returns, and no start takes it for that before.
Result<Copied> copy_log(const ReplayedLog& from,
                        log::LogStore& to,
                        const StateWriterOptions& options,
                        const Step& step);

// Every part of the state, and every body, read from both.
Result<void> expect_same(const ReplayedLog& one, const ReplayedLog& other, const Step& step);

}  // namespace mailrail::ops
