// SalvageWriter: writes a new data directory that holds a given state and nothing else.
//
// Bodies come first to the end of a new log, as Relocated facts, and tell where they lie; records
// go into its checkpoint, beside it. What was written means nothing until finish(), which closes
// the log as a server does that has nothing to replay. Memory is one frame and one part of the
// checkpoint.

#pragma once

#include <memory>
#include <string_view>

#include "base/random.h"
#include "engine/checkpoint.h"
#include "engine/turn.h"
#include "log/file/file_log.h"
#include "log/file/unfinished.h"

namespace mailrail::ops {

class SalvageWriter {
 public:
  struct Options {
    log::FileLogOptions log = {};
    Instant time;  // Engine time goes on from here.
  };
  // The directory must be empty.
  static Result<std::unique_ptr<SalvageWriter>> begin(log::Disk& disk,
                                                      Random& random,
                                                      const Options& options);

  Result<void> add_fact(const engine::Fact& fact);
  // Where the message's body lies from now on. Refuses one that no frame has room for.
  Result<engine::Body> add_body(QueueId queue, Seq seq, std::string_view sent);
  // Likewise where one lies that messages share.
  Result<engine::Body> add_shared_body(Seq publication, std::string_view body);
  Result<void> add_record(const engine::CheckpointRecord& record);
  // All of it is durable, and a server may start on it, when it returns.
  Result<void> finish();

 private:
  SalvageWriter(std::unique_ptr<log::UnfinishedDisk> disk,
                std::unique_ptr<log::FileLog> log,
                Instant time)
      : disk_(std::move(disk)), log_(std::move(log)), time_(time), facts_(log_->next_position()) {}
  // Which the fact ends with.
  Result<engine::Body> add_body(const engine::Fact& fact, std::string_view body);
  Result<void> write_frame();
  Result<void> write_run();

  std::unique_ptr<log::UnfinishedDisk> disk_;
  std::unique_ptr<log::FileLog> log_;
  Instant time_;
  engine::FactWriter facts_;
  engine::CheckpointRun run_;
};

}  // namespace mailrail::ops
