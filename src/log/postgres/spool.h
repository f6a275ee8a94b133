// Spool: frames of a remote log in files of this machine, so that bodies need not be fetched again.
//
// Only a cache: nothing is synced, what a start finds is thrown away, and a file that can't be
// written or read is as good as none. The newest frames are kept, up to a bound. What it gives was
// verified.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/disk.h"

namespace mailrail::log::postgres {

class Spool {
 public:
  // Removes what is there of an earlier one. Bounded in whole files, each of a partition.
  static Result<std::unique_ptr<Spool>> open(Disk& disk, std::uint64_t bytes_max);

  // In the order of their positions; one thread. A log that is read again begins with one that is
  // there already: then what was behind that is forgotten.
  void add(Position position, std::string_view payload);

  struct Kept {
    Position position;
    std::string payload;
  };
  // The last frame that begins at the position or before it, in the same partition. Any thread.
  std::optional<Kept> frame_with(Position position) const;

 private:
  struct Segment {
    std::uint64_t partition = 0;
    std::string name;
    std::unique_ptr<File> file;
    std::vector<std::uint32_t> begins;  // Offsets of payloads, in order.
    std::uint64_t bytes = 0;            // How long the file is.
    mutable int readers = 0;            // It stays while there are any.
  };
  using Segments = std::map<std::uint64_t, Segment>;

  Spool(Disk& disk, std::uint64_t bytes_max) : disk_(disk), bytes_max_(bytes_max) {}
  Segment* segment_for(std::uint64_t partition);
  void forget_from(Segment& segment, std::uint32_t begin);
  void make_room();
  static std::optional<std::string> read_frame(const Segment& segment, std::uint32_t begin);

  Disk& disk_;
  const std::uint64_t bytes_max_;
  mutable std::mutex mutex_;  // Of all below, not of what is in files.
  Segments segments_;
  std::uint64_t bytes_ = 0;
};

}  // namespace mailrail::log::postgres
