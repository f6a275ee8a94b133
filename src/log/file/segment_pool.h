// SegmentPool: makes segments out of files that were prepared ahead, and takes their files back.
//
// A file is created, filled and synced under a spare's name and becomes a segment by a rename, so a
// segment's file always has a valid header. Files of segments that are no longer needed become
// spares again: in the long run no file is created, grown or removed, which costs a commit's sync
// least. What lies in a spare is of no meaning to anybody, once its old name is durably gone:
// changes of a directory may survive a power cut in any order, and no file may be two segments
// after one.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "log/disk.h"
#include "log/file/format.h"
#include "log/file/segment.h"

namespace mailrail::log {

class SegmentPool {
 public:
  SegmentPool(Disk& disk, std::uint64_t segment_bytes, std::uint64_t zeroed_bytes);

  // Takes over what an earlier run left, once the superblock is durable: `names` of files that are
  // spares, or segments that are not needed. Only files that were segments are taken, each by the
  // header that it has: where a sync of the directory failed, a power cut can leave a file with an
  // old name and a new one. All other names are removed, and those of segments which `is_needed`.
  Result<void> adopt(const std::vector<std::string>& names,
                     const std::function<bool(const format::SegmentHeader&)>& is_needed);

  // Makes a spare, on the disk when it returns. Nothing of the log is in one: a failure loses
  // nothing.
  Result<void> make_spare();

  // A segment out of a spare, made if there is none; durable when it returns. The caller gives
  // everything of the header but what the pool knows: length and what stood in the file.
  Result<std::unique_ptr<Segment>> make_segment(format::SegmentHeader header);

  // The files of segments that the durable superblock doesn't count any more are spares from now
  // on.
  Result<void> take_back(const std::vector<std::string>& names);

  // Removes a spare. There must be one.
  Result<void> remove_spare();

  std::size_t spares() const { return spares_.size(); }

 private:
  struct Spare {
    std::string name;
    format::Before before;
  };
  std::string next_name();

  Disk& disk_;
  const std::uint64_t segment_bytes_;
  const std::uint64_t zeroed_bytes_;
  std::deque<Spare> spares_;
  std::uint64_t last_number_ = 0;
};

}  // namespace mailrail::log
