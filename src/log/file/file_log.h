// FileLog: the journal in a directory, the store that mailrail uses unless told otherwise.
//
// A commit is one gathered write and one fdatasync into a segment whose next megabytes were filled
// with zeros ahead, which costs half of what growing a file does, or was a segment before. When a
// segment has no room for the largest frame, the next one is made durable first and then the full
// one is sealed, so the log's end is always found in its last segment. A checkpoint lies in
// segments of its own; once the superblock names it, the segments that it and the messages no
// longer need become spares or go, a file at a time. The first failure of the disk is final: every
// later append fails with the same reason, and a restart finds out what survived.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "log/disk.h"
#include "log/file/body_reader.h"
#include "log/file/checkpoint_writer.h"
#include "log/file/recovery.h"
#include "log/file/segment_pool.h"
#include "log/log_store.h"
#include "log/snapshot.h"

namespace mailrail::log {

struct FileLogOptions {
  // Of a new directory; one that has a journal keeps what it began with. At most 64 MiB.
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;
  std::uint64_t payload_bytes_max = frame_bytes_max;
  std::uint64_t zeroed_step_bytes = std::uint64_t{1} << 20;
};

class FileLog final : public LogStore, public SnapshotSource {
 public:
  // Locks the directory, recovers what is in it or starts a new log, and begins an epoch. `random`
  // makes the salts that keep clients from forging frames: the system's, except in tests.
  static Result<std::unique_ptr<FileLog>> open(Disk& disk,
                                               Random& random,
                                               FileLogOptions options = {});

  const Recovered& recovered() const { return recovered_; }
  std::uint64_t epoch() const { return superblock_.epoch; }

  std::size_t payload_bytes_max() const override { return superblock_.payload_bytes_max; }
  Position next_position() const override;
  Position position_after(const Frame& frame) const override;
  Appended append(const Frame& frame) override;
  bool prepare_ahead() override;
  Result<std::string> read(Position position, std::size_t length) const override;
  std::vector<Result<std::string>> read_all(std::span<const Stretch> stretches) const override;
  std::optional<std::vector<Result<std::string>>> read_cached(
      std::span<const Stretch> stretches) const override;
  std::string place(Position position) const override;
  Error error_about(const FoundDamage& damage) const override;
  Hold hold(Position position) const override;
  Result<void> scan(const std::function<Result<void>(const Frame&)>& visit) override;
  std::optional<CheckpointSpan> checkpoint() const override;
  Result<void> scan_checkpoint(
      const std::function<Result<void>(std::string_view, std::uint32_t)>& visit) override;
  Result<void> begin_checkpoint() override;
  Result<Written> write_checkpoint(std::string_view payload, std::uint32_t count) override;
  std::string why_postponed() const override { return why_postponed_; }
  Result<void> finish_checkpoint(const FinishedCheckpoint& finished) override;
  Result<bool> trim(std::uint64_t bytes_max) override;
  Space space() const override;
  Result<void> close() override;

  Result<Snapshot> snapshot(std::shared_ptr<const Keep> keep) override;
  Result<std::string> read_file(const std::string& name,
                                std::uint64_t offset,
                                std::size_t length) const override;

 private:
  FileLog(Disk& disk, Random& random, FileLogOptions options);
  void let_go(Position position) const override;

  Result<void> start_new();
  Result<void> take_over(Recovery& recovery);
  Result<void> begin_epoch();

  bool has_room(std::uint64_t offset) const;
  Position payload_position(std::uint64_t segment, std::uint64_t offset) const;
  const Segment* find_segment(Position position) const;
  const Segment* hold_segment(Position position) const;
  std::optional<std::vector<Result<std::string>>> read_by(BodyReader reader,
                                                          std::span<const Stretch> stretches) const;

  Result<void> write(const Frame& frame);
  Result<void> zero_ahead(std::uint64_t end);
  Result<void> switch_segment();
  Result<Segment*> add_segment(std::uint64_t number, std::uint64_t previous);
  void move_to(Segment& segment);
  Result<void> prepare_step(std::uint64_t zeroed_end_wanted);

  Result<bool> trim_step(std::uint64_t bytes_max);
  std::optional<std::string> next_superfluous();
  Result<Written> write_part(std::string_view payload, std::uint32_t count);
  Result<void> discard_unfinished();
  template <class Value>
  Result<Value> remember_failure(Result<Value> result);
  void measure();
  format::Superblock closed_here() const;

  Disk& disk_;
  Random& random_;
  const FileLogOptions options_;
  Recovered recovered_;
  format::Superblock superblock_;
  std::unique_ptr<SegmentPool> pool_;
  std::unique_ptr<CheckpointWriter> writer_;  // Of the unfinished checkpoint.
  std::uint64_t checkpoint_next_ = 0;         // The number of the next checkpoint segment.
  std::string why_postponed_;
  std::vector<std::string> superfluous_;  // Files of checkpoints before, to be given back.

  // Readers look segments up while the log thread adds and removes them. Those before the
  // superblock's first are only there until nobody holds them.
  mutable std::mutex segments_mutex_;
  Segments segments_;

  Tail tail_;
  std::uint64_t zeroed_end_ =
      0;  // In the tail's segment: from here on the file system may still have work to do.
  bool is_spare_postponed_ = false;  // There was no space for one ahead of its time.
  std::string failure_;              // Why nothing may be appended any more.
  bool is_closed_ = false;

  // Whoever takes a snapshot waits for the log thread, which holds this while it changes anything.
  std::mutex changing_;
  std::shared_ptr<const Keep> keep_;  // While it holds, no file is given back.

  // What space() tells, in segments.
  std::atomic<std::uint64_t> log_segments_ = 0;
  std::atomic<std::uint64_t> checkpoint_segments_ = 0;
  std::atomic<std::uint64_t> spare_segments_ = 0;
};

}  // namespace mailrail::log
