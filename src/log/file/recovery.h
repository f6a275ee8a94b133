// Recovery: finds the end of the journal and makes it fit to go on.
//
// The log can only end in its last, unsealed segment. The first place there without a valid frame
// is the end, if no later frame of this segment life is valid; anything else is damage, and so is
// anything but the recorded end after a clean stop. After an unclean stop, what a torn last frame
// left is copied to torn-N and zeroed, and the last valid frame is written once more and synced,
// because a crash may have left it in the page cache only. A log that ends before its checkpoint
// does is damage. Older segments are verified when they are scanned or read.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "log/disk.h"
#include "log/file/format.h"
#include "log/file/segment.h"

namespace mailrail::log {

using Segments = std::map<std::uint64_t, std::unique_ptr<Segment>>;

// Where the log ends: in its last segment.
struct Tail {
  Segment* segment = nullptr;
  std::uint64_t offset = 0;     // Of the next frame.
  std::uint64_t chain = 0;      // What the next frame names as the one before it.
  std::optional<Instant> time;  // Of the last frame or the checkpoint.
};

enum class LastStop { none, clean, unclean };

// What the start banner tells.
struct Recovered {
  LastStop last_stop = LastStop::none;  // None: the directory was new.
  std::optional<Instant> last_time;     // Of the last frame, or of the checkpoint if that is later.
  std::uint64_t torn_frames = 0;
  std::string torn_copy;     // The file that has it.
  std::uint64_t frames = 0;  // These two are known after a scan.
  std::uint64_t bytes = 0;   // Of payload.
};

// Which may be a seal in the segment before the tail's. Begins at 0 if there is none.
struct LastFrame {
  Segment* segment = nullptr;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct Recovery {
  format::Superblock superblock;
  Segments segments;
  Tail tail;
  Recovered report;
  std::vector<std::string> left_over;  // Files that nothing needs any more.
  // What a crash has left.
  std::uint64_t torn_end =
      0;  // Of a torn write behind the tail; the tail's offset if there is none.
  LastFrame last_frame;
  std::string unneeded;  // A segment that was made, but the one before it not sealed.
};

// Finds the end of the journal, and whether what decides on it is in order, without changing
// anything. Nothing if the directory has no journal yet; a first start that didn't come to its end
// counts as none.
Result<std::optional<Recovery>> examine(Disk& disk);

// The same, and puts right what a crash has left.
Result<std::optional<Recovery>> recover(Disk& disk);

}  // namespace mailrail::log
