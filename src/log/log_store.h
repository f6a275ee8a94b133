// LogStore: where frames are kept, and the only thing that makes a fact durable.
//
// Seam: a segmented journal in a directory (file/), a database (postgres/), memory (memory/, for
// tests). Every store passes the same conformance suite. A store takes over its log when it is
// opened, a SharedLog when it is asked to, and fences older owners. One append is in flight: the
// next frame's position is known before it is filled, and the log is a prefix of what was appended.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/frame.h"
#include "log/salvage_command.h"

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

// What a checkpoint stands for.
struct CheckpointSpan {
  Position begin;  // Replay from here: where a frame begins.
  Position end;    // Its sweep ended here,
  Instant time;    // at this time, which never comes back.

  friend bool operator==(const CheckpointSpan&, const CheckpointSpan&) = default;
};

// A checkpoint that is written completely, and what it makes superfluous.
struct FinishedCheckpoint {
  CheckpointSpan span;
  Position needed;  // No body before this is needed any more.
};

// What the store takes of its disk, in bytes.
struct Space {
  std::uint64_t log_bytes = 0;
  std::uint64_t checkpoint_bytes = 0;
  std::uint64_t spare_bytes = 0;  // In reserve.
  std::uint64_t unit_bytes = 0;   // It grows and shrinks by that much.

  std::uint64_t total() const { return log_bytes + checkpoint_bytes + spare_bytes; }
};

class LogStore;

// As long as it exists, what lies at a position can be read, even if the log is trimmed.
class Hold {
 public:
  Hold() = default;
  Hold(const LogStore& log, Position position) : log_(&log), position_(position) {}
  Hold(Hold&& other) noexcept
      : log_(std::exchange(other.log_, nullptr)), position_(other.position_) {}
  Hold& operator=(Hold&& other) noexcept {
    std::swap(log_, other.log_);
    std::swap(position_, other.position_);
    return *this;
  }
  ~Hold();

 private:
  const LogStore* log_ = nullptr;
  Position position_;
};

class LogStore {
 public:
  virtual ~LogStore() = default;

  // No payload may be longer; at most log::frame_bytes_max.
  virtual std::size_t payload_bytes_max() const = 0;

  // Where the payload of the next frame will begin. After open, and while no append is running.
  virtual Position next_position() const = 0;

  // Where the payload after `frame` will begin, once that is appended. Pure arithmetic; any thread,
  // at any time.
  virtual Position position_after(const Frame& frame) const = 0;

  // Blocks until the outcome is known. `frame.position` must be next_position(), its payload 1 to
  // payload_bytes_max() bytes. Called by one thread, one call at a time; after anything but durable
  // every later call gives the same outcome.
  virtual Appended append(const Frame& frame) = 0;

  // One bounded step of work that makes later appends quicker, for the appending thread when it has
  // nothing else to do. Says whether there is more of it. A failure shows in the next append.
  virtual bool prepare_ahead() { return false; }

  // `length` bytes of one durable frame's payload, verified against the frame's checksum where the
  // store can. Any thread.
  virtual Result<std::string> read(Position position, std::size_t length) const = 0;

  // Several, each like the one above; together where that is quicker. Any thread.
  struct Stretch {
    Position position;
    std::size_t length;
  };
  virtual std::vector<Result<std::string>> read_all(std::span<const Stretch> stretches) const {
    std::vector<Result<std::string>> all;
    for (const Stretch& each : stretches) all.push_back(read(each.position, each.length));
    return all;
  }

  // All of them without waiting for a disk or a network; nothing if that cannot be. Any thread.
  virtual std::optional<std::vector<Result<std::string>>> read_cached(
      std::span<const Stretch> /*stretches*/) const {
    return std::nullopt;
  }

  // For messages: where a position is, so that a person finds it.
  virtual std::string place(Position position) const = 0;
  // The error that tells of damage in what the store found whole, and what to do about it.
  virtual Error error_about(const FoundDamage& damage) const = 0;

  // Keeps what lies at the position readable, from a moment when it is known to be needed: before
  // a checkpoint is finished that says otherwise. Any thread.
  virtual Hold hold(Position position) const = 0;

  // Calls `visit` with every durable frame from the checkpoint's begin on, or from the very first
  // if there is no checkpoint, in order. Stops at its first error and returns it.
  virtual Result<void> scan(const std::function<Result<void>(const Frame&)>& visit) = 0;

  // --- Checkpoints. They are written part by part beside the log, by the appending thread, and
  // mean nothing until they are finished; then the one before and the log before it can go.

  // The newest finished one.
  virtual std::optional<CheckpointSpan> checkpoint() const = 0;
  // Calls `visit` with its parts as they were written. Refuses one that is not whole.
  virtual Result<void> scan_checkpoint(
      const std::function<Result<void>(std::string_view payload, std::uint32_t count)>& visit) = 0;

  // Discards what was written of an unfinished one and begins another.
  virtual Result<void> begin_checkpoint() = 0;
  // Postponed: there is no space to go on, and nothing is lost; begin another one later.
  enum class Written { done, postponed };
  virtual Result<Written> write_checkpoint(std::string_view payload, std::uint32_t count) = 0;
  // For the operator, a sentence: why the last one was. By the appending thread.
  virtual std::string why_postponed() const { return {}; }
  // The log must be durable up to the span's end.
  virtual Result<void> finish_checkpoint(const FinishedCheckpoint& finished) = 0;
  // One bounded step of giving back what the finished checkpoint makes superfluous, and, while the
  // store takes more than `bytes_max` in all, what it has in reserve for later. Says whether there
  // is more. What is held stays until a later call.
  virtual Result<bool> trim(std::uint64_t bytes_max) = 0;

  // Any thread.
  virtual Space space() const = 0;

  // Records that the log ends here by intent, so that any later damage to its tail can be told from
  // a torn write. Nothing may be appended afterwards.
  virtual Result<void> close() = 0;

 private:
  friend class Hold;
  virtual void let_go(Position position) const = 0;
};

inline Hold::~Hold() {
  if (log_ != nullptr) log_->let_go(position_);
}

}  // namespace mailrail::log
