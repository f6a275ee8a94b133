// Housekeeping: keeps the log short. It decides when the state is written as a checkpoint, and
// which bodies are moved to the log's end so that its front can be trimmed.
//
// One round is: move what still lives in the oldest part, if the log is too long for what it holds;
// sweep the state into a checkpoint; finish that once the log is durable as far as the sweep saw
// it; trim the log. All of it goes in small steps between turns, one chore at a time. With `live`
// bytes of messages and checkpoints the log is kept below 2 x live and a constant: cleaning begins
// at 4/3 x live and moves at most two bytes for each that the log may grow by between two rounds,
// enough for the worst order of deletes. Near the disk's share, or after many deletes at once,
// rounds are short and follow each other, and near the disk's share clients wait for one that needs
// all the room; after a round that came to no end the next moves nothing.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "broker/chore.h"
#include "engine/engine.h"
#include "log/log_store.h"

namespace mailrail::broker {

struct HousekeepingOptions {
  // A round begins when the log has grown by this, or by twice the last checkpoint if that is more.
  std::uint64_t log_bytes = std::uint64_t{256} << 20;
  // ... or by as much as the last checkpoint, when this much time has passed.
  Duration interval = 5min;
  // The disk's share that is the log's, checkpoints and reserve included.
  std::uint64_t disk_bytes_max = ~std::uint64_t{0};
  // Bodies that are moved at once; one more than that, and it is well below what a call may add.
  std::size_t moved_bytes = std::size_t{512} << 10;
  // What the log had to replay at the start. If that is anything, the first round moves nothing.
  std::uint64_t replayed_bytes = 0;
  engine::SweepLimits sweep = {};
};

// A message that could not be read when it was to be moved. If that is errors::corrupt it is
// damaged, and marked as such; else the disk failed to read, which proves nothing about what is on
// it.
struct Unreadable {
  std::optional<engine::QueueName> queue;  // None: messages of several queues share it.
  engine::OldBody message;
  Error why;
};

class Housekeeping {
 public:
  Housekeeping(const engine::Engine& engine,
               const log::LogStore& log,
               const HousekeepingOptions& options);

  // What the broker knows of the log's end.
  struct End {
    Position open;       // Where the frame that is being filled begins.
    Position facts;      // Behind the last fact.
    bool is_open_empty;  // No fact is in that frame.
    Position durable;    // All before it is.
    bool is_idle;        // Everything is durable.
  };

  // A frame is on its way to the log.
  void appended(std::uint64_t payload_bytes);

  // In a turn: records what was read meanwhile. Facts of little more than `moved_bytes` and the
  // longest body.
  bool has_facts() const { return !read_.empty(); }
  void turn(engine::Engine& engine, engine::Turn& turn);
  // What was found since the last time, for the operator to be told.
  std::vector<Unreadable> take_unreadable() { return std::exchange(unreadable_, {}); }

  // The next chore, if there is one and none is under way.
  std::optional<Chore> take(Instant now, const End& end);
  void done(Instant now, ChoreDone done);

  // It can't go on before the frame that is being filled is durable.
  bool wants_commit() const { return wants_commit_; }
  // take() has more to do at once.
  bool has_more() const { return has_more_; }
  // When a round begins because of the time.
  std::optional<Instant> next_due() const;

  // A last round, so that the next start has nothing to replay. Call take() until is_done().
  void finish();
  bool is_done() const;

  // Sends must be refused: what is stored, and what it takes to trim the log, fill the disk's
  // share.
  bool is_disk_full() const { return is_disk_full_; }
  // Clients must wait: what the round under way still writes needs all that is left of the share.
  bool goes_first() const { return goes_first_; }
  std::uint64_t disk_bytes() const { return log_.space().total(); }
  std::uint64_t disk_bytes_max() const { return options_.disk_bytes_max; }
  std::uint64_t rounds() const { return rounds_; }
  // When the newest checkpoint was finished, if one was since the start.
  std::optional<Instant> last_checkpoint() const { return last_checkpoint_; }

 private:
  enum class Stage : std::uint8_t { idle, cleaning, before_sweep, sweeping, finishing, trimming };

  void measure();
  bool is_tight() const;
  bool needs_passes() const { return is_tight() || allowed_bytes_ == 0; }
  bool is_in_pass() const;
  std::uint64_t died_bytes() const;
  std::optional<Instant> next_pass() const;
  bool is_round_due(Instant now, const End& end) const;
  void begin_round(const End& end);
  std::uint64_t moved_bytes_max() const;
  std::optional<Position> clean_before(const End& end) const;
  std::optional<Chore> clean();
  void begin_sweep(const End& end);
  std::optional<Chore> sweep(Instant now, const End& end);
  std::optional<Chore> finish_checkpoint(const End& end);
  std::uint64_t next_checkpoint_bytes() const;
  std::uint64_t bytes_to_move() const;
  std::uint64_t twice_bytes() const;
  std::uint64_t kept_bytes_max() const;
  bool has_too_many_spares() const;

  const engine::Engine& engine_;
  const log::LogStore& log_;
  const HousekeepingOptions options_;

  Stage stage_ = Stage::idle;
  bool is_under_way_ = false;  // A chore was taken and is not done.
  bool wants_commit_ = false;
  bool has_more_ = false;
  bool is_last_ = false;       // The server stops.
  bool has_given_up_ = false;  // There was no space for the last checkpoint.
  bool is_disk_full_ = false;
  bool is_too_long_ = false;         // That is so, although what lives would fit.
  std::uint64_t room_bytes_ = 0;     // What is left of the disk's share,
  std::uint64_t allowed_bytes_ = 0;  // and until the log is too long for what lives.
  bool goes_first_ = false;
  // Bodies were moved, or may have been before the start, and no checkpoint has freed their old
  // places since then.
  bool may_have_moved_ = false;

  std::uint64_t grown_bytes_ = 0;       // Of the log since the last checkpoint's begin.
  std::uint64_t grown_before_ = 0;      // Before the one that is being written.
  std::uint64_t checkpoint_bytes_ = 0;  // Of the last checkpoint.
  std::optional<Instant> last_round_;
  std::optional<Instant> last_checkpoint_;
  std::optional<Instant> not_before_;  // There was no space: the next round waits.

  // A pass: the rounds that follow each other while there is little room, or the log is too long
  // for what lives, until nothing lives before its end. What has died can be told from what was
  // added and how much more lives now; what was only moved is not counted as added.
  Position pass_end_;              // Of the last that was begun.
  std::uint64_t moved_bytes_ = 0;  // In the frame that is being filled.
  std::uint64_t added_bytes_ = 0;  // Of the log at the start, and since then.
  std::uint64_t added_then_ = 0;   // When that pass began,
  std::uint64_t live_then_ = 0;    // with that many bytes alive.
  std::uint64_t rounds_ = 0;

  engine::OldBodies old_;
  std::vector<ReadBody> read_;  // To be moved in the next turn.
  std::vector<Unreadable> unreadable_;
  engine::Sweep sweep_;
  bool is_sweep_new_ = false;  // Nothing of it was written.
  std::uint64_t swept_bytes_ = 0;
  log::FinishedCheckpoint finished_;
};

}  // namespace mailrail::broker
