// Segment: one file of the journal, written by the log thread and read by any.
//
// Writing a frame ends with a sync; from then on readers find it. A position names a byte, not a
// frame, so each segment keeps one bit a page that says where frames begin: at most 2 KiB of memory
// for 64 MiB of file. A segment from an earlier run learns its bits when it is first read from.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "log/disk.h"
#include "log/file/format.h"

namespace mailrail::log {

// Damage in what was synced, which a restart can't repair: mailrail refuses to start. Says which
// command saves the rest; `path` is that of a file in the data directory.
std::unexpected<Error> damaged(const std::string& path,
                               std::uint64_t offset,
                               std::string_view what);

class Segment {
 public:
  // Refuses a file whose header is wrong, or that is shorter than the header says.
  static Result<std::unique_ptr<Segment>> open(Disk& disk,
                                               format::SegmentKind kind,
                                               std::uint64_t number);
  // As long as only the header is right, to read what there is.
  static Result<std::unique_ptr<Segment>> open_of_any_length(Disk& disk,
                                                             format::SegmentKind kind,
                                                             std::uint64_t number);

  std::uint64_t number() const { return format::segment_of(header_.base); }
  const format::SegmentHeader& header() const { return header_; }
  const std::string& path() const { return path_; }
  File& file() const { return *file_; }

  // A header with the checksums of this segment's life, for a frame at `offset`.
  format::FrameHeader frame_header(std::uint64_t offset,
                                   format::FrameHeader header,
                                   std::string_view payload) const;

  // Writes the frame where its header says; with write() it is synced, too, and found by readers.
  Result<void> put(const format::FrameHeader& header, std::string_view payload);
  Result<void> write(const format::FrameHeader& header, std::string_view payload);

  // Whoever holds it may read it.
  void hold() const { holds_.fetch_add(1, std::memory_order_relaxed); }
  void let_go() const { holds_.fetch_sub(1, std::memory_order_release); }
  bool is_held() const { return holds_.load(std::memory_order_acquire) > 0; }

  // Where the last durable frame that begins at `offset` or before it begins, if there is one.
  Result<std::optional<std::uint64_t>> frame_before(std::uint64_t offset) const;
  // The frame's header, unless none stands there.
  std::optional<format::FrameHeader> header_in(std::string_view bytes, std::uint64_t offset) const;
  // Whether finding frames takes no reading any more.
  bool is_complete() const { return is_indexed_.load(std::memory_order_acquire); }

  // Recovery has found a frame at `offset`; it has found all of them.
  void mark_frame(std::uint64_t offset) const;
  void mark_complete() const { is_indexed_.store(true, std::memory_order_release); }

 private:
  Segment(std::unique_ptr<File> file, std::string path, format::SegmentHeader header);

  Result<void> index() const;
  Result<std::optional<format::FrameHeader>> header_at(std::uint64_t offset) const;

  std::unique_ptr<File> file_;
  std::string path_;
  format::SegmentHeader header_;

  // A bit a page: a frame that is durable begins here.
  mutable std::vector<std::atomic<std::uint64_t>> frame_starts_;
  mutable std::mutex indexing_;
  mutable std::atomic<bool> is_indexed_ = false;
  mutable std::atomic<int> holds_ = 0;
};

}  // namespace mailrail::log
