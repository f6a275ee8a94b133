// FileLog: the journal in a directory, the store that mailrail uses unless told otherwise.
//
// A commit is one gathered write and one fdatasync into a segment whose next megabytes were filled
// with zeros ahead, which costs half of what growing a file does. When a segment has no room for
// the largest frame, the next one is made durable first and then the full one is sealed, so the
// log's end is always found in its last segment. The first failure of the disk is final: every
// later append fails with the same reason, and a restart finds out what survived.

#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "base/random.h"
#include "log/disk.h"
#include "log/file/recovery.h"
#include "log/log_store.h"

namespace mailrail::log {

struct FileLogOptions {
  std::uint64_t segment_bytes = std::uint64_t{64}
                                << 20;  // Of segments made from now on; at most 64 MiB.
  std::uint64_t payload_bytes_max =
      frame_bytes_max;  // Less in tests only, and then in all runs on a directory.
  std::uint64_t zeroed_step_bytes = std::uint64_t{1} << 20;
};

class FileLog final : public LogStore {
 public:
  // Locks the directory, recovers what is in it or starts a new log, and begins an epoch. `random`
  // makes the salts that keep clients from forging frames: the system's, except in tests.
  static Result<std::unique_ptr<FileLog>> open(Disk& disk,
                                               Random& random,
                                               FileLogOptions options = {});

  const Recovered& recovered() const { return recovered_; }
  std::uint64_t epoch() const { return superblock_.epoch; }

  Position next_position() const override;
  Position position_after(const Frame& frame) const override;
  Appended append(const Frame& frame) override;
  bool prepare_ahead() override;
  Result<std::string> read(Position position, std::size_t length) const override;
  Result<void> scan(const std::function<Result<void>(const Frame&)>& visit) override;
  Result<void> close() override;

 private:
  FileLog(Disk& disk, Random& random, FileLogOptions options);

  Result<void> start_new();
  Result<void> take_over(Recovery recovery);
  Result<void> begin_epoch();

  bool has_room(std::uint64_t segment, std::uint64_t offset) const;
  Position payload_position(std::uint64_t segment, std::uint64_t offset) const;

  Result<void> write(const Frame& frame);
  Result<void> zero_ahead(std::uint64_t end);
  Result<void> switch_segment();
  Result<void> make_spare();
  Result<Segment*> add_segment(std::uint64_t number, std::uint64_t previous);
  void move_to(Segment& segment);

  Disk& disk_;
  Random& random_;
  const FileLogOptions options_;
  Recovered recovered_;
  format::Superblock superblock_;

  mutable std::mutex segments_mutex_;  // Readers look segments up while the log thread adds one.
                                       // None is ever removed.
  Segments segments_;

  // The segment that the log ended in when it was opened: it alone may have another length than the
  // options say.
  std::uint64_t opened_segment_ = 0;
  std::uint64_t opened_segment_bytes_ = 0;

  Tail tail_;
  std::uint64_t zeroed_end_ =
      0;  // In the tail's segment: from here on the file system may still have work to do.
  std::unique_ptr<File> spare_;  // Becomes the next segment.
  std::string failure_;          // Why nothing may be appended any more.
  bool is_closed_ = false;
};

}  // namespace mailrail::log
