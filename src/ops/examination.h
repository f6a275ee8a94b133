// Examination: a data directory read as a whole, whatever is wrong with it: what is damaged, and
// the state that can be made of the rest.
//
// First the checkpoint, then the log, each once and in order; then, as often as somebody asks, the
// body of every message that is left. What a start would find is found here, too, in the same way;
// unlike a start this goes on. Memory is that of a server with these messages, and one frame.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log/careful_disk.h"
#include "log/file/inspection.h"
#include "ops/progress.h"
#include "ops/tolerant_replay.h"

namespace mailrail::ops {

// More are counted, not listed.
inline constexpr std::size_t findings_listed_max = 100;

struct Findings {
  std::vector<log::Damage> listed;
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;  // That cannot be read, as far as it is known.

  void add(const log::Damage& damage);
};

// Where a message's body was looked for.
struct ReadBody {
  engine::KeptMessage message;
  LostMessage identity;
  Result<std::string> sent;  // Its Sent fact, or why that cannot be read.
};

class Examination {
 public:
  // Locks the directory, shared with others who read. `hash_seed` is any number.
  static Result<std::unique_ptr<Examination>> run(log::Disk& disk,
                                                  std::uint64_t hash_seed,
                                                  Progress& progress);

  const log::Inspected& inspected() const { return inspection_->inspected(); }
  TolerantReplay& replay() { return *replay_; }
  const engine::Engine& engine() const { return replay_->engine(); }
  const Findings& findings() const { return findings_; }
  Findings& findings() { return findings_; }
  std::uint64_t facts() const { return facts_; }
  std::uint64_t records() const { return records_; }
  // Something of the log cannot be read, so it is not known what stood there.
  bool has_lost_facts() const { return has_lost_facts_; }
  bool has_lost_state() const { return has_lost_state_; }

  // The message's body, if it is that.
  ReadBody read(QueueId queue, const engine::KeptMessage& message);
  // What the disk failed to give since this was last asked.
  std::vector<log::Damage> unreadable();
  // A finding about a body.
  log::Damage damage_of(const ReadBody& body) const;

 private:
  Examination(log::Disk& disk, Progress& progress);
  Result<void> examine(std::uint64_t hash_seed);
  Result<void> load_checkpoint(std::uint64_t hash_seed);
  Result<bool> load(const log::CheckpointFiles& files);
  void put(const log::InspectedFrame& frame);
  void replay(const log::InspectedFrame& frame);
  void replay_beginning(const log::InspectedFrame& frame);
  void count_only(const log::InspectedFrame& frame);
  void find(const log::InspectedFrame& frame, std::uint64_t payload_offset, std::string what);
  void start_replay(std::uint64_t hash_seed);

  log::CarefulDisk disk_;
  Progress& progress_;
  std::uint64_t read_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
  std::unique_ptr<log::Inspection> inspection_;
  std::unique_ptr<TolerantReplay> replay_;
  Findings findings_;
  Position replay_from_;
  Position exact_from_;
  std::uint64_t facts_ = 0;
  std::uint64_t records_ = 0;
  bool has_lost_facts_ = false;
  bool has_lost_state_ = false;
};

}  // namespace mailrail::ops
