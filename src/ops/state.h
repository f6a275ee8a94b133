// The state of an engine as records, one after the other, for whoever writes it down elsewhere or
// compares it; and the bodies that its messages lie under.
//
// The order is that of a checkpoint, so that a writer can pass them on as they come. The engine
// must not change meanwhile. Memory is one run of a sweep.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace mailrail::ops {

class StateReader {
 public:
  // The engine must be founded.
  explicit StateReader(const engine::Engine& engine)
      : engine_(engine), sweep_(engine.begin_sweep()) {}

  // Null behind the last. Holds, with all that it points to, until the next call.
  const engine::CheckpointRecord* next();

 private:
  const engine::Engine& engine_;
  engine::Sweep sweep_;
  std::optional<engine::CheckpointRun> run_;  // What the records' views point into.
  std::vector<engine::CheckpointRecord> records_;
  std::size_t next_ = 0;
};

// Calls `visit` with every record. Stops at its first error and returns it.
Result<void> visit_state(const engine::Engine& engine,
                         const std::function<Result<void>(const engine::CheckpointRecord&)>& visit);

// Where a message was first sent.
struct Origin {
  QueueId queue;
  Seq seq;
  std::uint16_t redrives = 0;
};
Origin origin_of(QueueId queue, const engine::KeptMessage& message);

// What was read where the message's body should be: its Sent fact, unharmed, or an error.
Result<std::string> expect_body(Result<std::string> read,
                                QueueId queue,
                                const engine::KeptMessage& message);

// Nobody is given it any more, and nobody has to keep it.
bool is_body_damaged(const engine::KeptMessage& message);

}  // namespace mailrail::ops
