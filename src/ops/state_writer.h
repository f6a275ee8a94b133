// StateWriter: writes a state, and nothing else, to the end of a log that holds none.
//
// Bodies come first, as Relocated facts, and tell where they lie; records go into the checkpoint,
// beside the log. What was written means nothing until finish(): the first fact is one that no
// start accepts without a checkpoint behind it, so that whatever interrupts the writing, half of a
// state is never taken for the whole. Memory is one frame and one part of the checkpoint, and a
// number for each publication that messages share.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "engine/checkpoint.h"
#include "engine/turn.h"
#include "log/log_store.h"

namespace mailrail::ops {

struct StateWriterOptions {
  Instant time;                                    // Engine time goes on from here.
  std::size_t frame_bytes = std::size_t{4} << 20;  // Of bodies to a frame. More gains little.
};

class StateWriter {
 public:
  // The log must have no checkpoint.
  StateWriter(log::LogStore& log, const StateWriterOptions& options)
      : log_(log),
        time_(options.time),
        frame_bytes_(std::min(options.frame_bytes, log.payload_bytes_max() / 2)),
        begin_(log.next_position()),
        facts_(begin_) {}

  // The state's first record.
  Result<void> begin(const engine::CheckpointBegin& record);
  // Where the message's body lies from now on; one that messages share is written for the first of
  // them. Refuses one that no frame has room for.
  Result<engine::Body> add_body(QueueId queue,
                                const engine::KeptMessage& message,
                                std::string_view sent);
  // Likewise, if it is shared and was written.
  std::optional<engine::Body> shared_body(const engine::KeptMessage& message) const;
  // Where the body of a message lies that is marked as damaged: nowhere, but it has its length.
  engine::Body no_body(const engine::KeptMessage& message) const {
    return {.position = begin_, .length = message.body.length};
  }
  Result<void> add_record(const engine::CheckpointRecord& record);
  // All of it is durable, and the log's state, when it returns.
  Result<void> finish();

  std::uint64_t body_bytes() const { return body_bytes_; }

 private:
  Result<void> add_fact(const engine::Fact& fact);
  // Which the fact ends with.
  Result<engine::Body> add_body(const engine::Fact& fact, std::string_view body);
  Result<void> write_frame();
  Result<void> write_run();

  log::LogStore& log_;
  Instant time_;
  std::size_t frame_bytes_;
  Position begin_;
  engine::FactWriter facts_;
  engine::CheckpointRun run_;
  std::map<Seq, engine::Body> shared_;  // By publication.
  std::uint64_t body_bytes_ = 0;
};

enum class Holding : std::uint8_t {
  nothing,
  unfinished_state,  // What a StateWriter left that did not come to its end.
  state,
};
Result<Holding> holding_of(log::LogStore& log);

}  // namespace mailrail::ops
