// CheckpointWriter: writes one checkpoint into segments of its own.
//
// Parts go to disk as they come, a megabyte between two syncs, so that no commit of the log waits
// long behind one. What it has written means nothing until the superblock names it.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "log/file/format.h"
#include "log/file/segment_pool.h"
#include "log/log_store.h"

namespace mailrail::log {

class CheckpointWriter {
 public:
  struct Options {
    std::uint64_t first = 0;  // The number of its first segment.
    std::uint64_t epoch = 0;
    std::uint64_t payload_bytes_max = 0;
  };
  CheckpointWriter(SegmentPool& pool, Random& random, const Options& options)
      : pool_(pool), random_(random), options_(options) {}

  // The next part goes to another file: a spare, one that is made if the pool has none.
  bool needs_spare() const;
  Result<void> write(std::string_view payload, std::uint32_t count);

  // Syncs the rest and says what the superblock is to name; its span is the caller's to add. At
  // least one part must have been written.
  Result<format::Checkpoint> finish();

  // The segments that it takes.
  std::vector<std::uint64_t> numbers() const;

 private:
  Result<void> add_segment();

  SegmentPool& pool_;
  Random& random_;
  const Options options_;
  std::unique_ptr<Segment> segment_;  // That the next part goes to.
  std::uint64_t segments_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t chain_ = 0;
  std::uint64_t unsynced_bytes_ = 0;
};

}  // namespace mailrail::log
