// Inspection: reads a data directory from its first byte to its last, whatever is wrong with it.
//
// A start refuses at the first damage that it meets; this goes on behind it, at the next frame that
// is valid under the segment's salt, and reports each place. It uses what recovery and reading use,
// and recovery's rule for the end of the log: what a crash has torn there is no damage. It changes
// nothing, and works over a CarefulDisk, so that what cannot be read is damage like any other.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/careful_disk.h"
#include "log/file/recovery.h"
#include "log/file/segment_reader.h"

namespace mailrail::log {

// One thing that is wrong.
struct Damage {
  std::string path = {};  // Empty: it is not about one file.
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  // That are lost by it, if it is known.
  std::string what;
  // Facts of the log before this may be lost by it; 0: none are.
  Position until = {};
};

// A frame of the log or of a checkpoint.
struct InspectedFrame {
  std::string path;
  std::uint64_t offset = 0;  // Of its header in the file.
  Position position;         // Of the payload.
  Instant time;
  std::uint32_t count = 0;
  std::string_view payload;
  // Else only the header is valid, so the payload begins here, but what is in it may be anything.
  bool is_whole = true;
};

// What was found, to be told.
struct Inspected {
  std::uint32_t version = 0;
  std::optional<format::Superblock> superblock;  // Nothing if it is damaged.
  LastStop last_stop = LastStop::none;
  std::uint64_t torn_bytes = 0;  // Behind the end, after an unclean stop.
  std::uint64_t log_segments = 0;
  std::uint64_t log_frames = 0;
  std::uint64_t checkpoint_segments = 0;
  std::uint64_t checkpoint_frames = 0;
  std::uint64_t file_bytes = 0;      // Of all segments.
  std::optional<Instant> last_time;  // Of a frame or the checkpoint.
};

// Segments of one checkpoint, as they are numbered.
struct CheckpointFiles {
  std::uint64_t first = 0;
  std::uint64_t segments = 0;
};

class Inspection {
 public:
  using Report = std::function<void(const Damage&)>;
  using Visit = std::function<void(const InspectedFrame&)>;

  // Refuses what is no data directory of mailrail's, or one that this mailrail can't read.
  static Result<std::unique_ptr<Inspection>> open(CarefulDisk& disk, Report report);

  const Inspected& inspected() const { return inspected_; }

  // The one that the superblock names. Without a superblock: all that lie there, the newest first.
  std::vector<CheckpointFiles> checkpoints() const;
  // True if all of it is there, as far as the superblock says what that is.
  Result<bool> walk_checkpoint(const CheckpointFiles& files, const Visit& visit);

  // Whether the log is all that ever was: it begins with segment 0 and has no gap between segments.
  bool is_log_from_the_beginning() const;
  Result<void> walk_log(const Visit& visit);

  // Bytes of the log as they lie there; whoever asks has their checksum.
  Result<std::string> read(Position position, std::size_t length);
  bool has_segment(Position position) const;
  std::string path_of(Position position) const;

 private:
  using Kind = format::SegmentKind;
  // How a walk through one segment ended.
  struct Walked {
    bool is_sealed = false;
    std::uint64_t end = 0;  // Behind the last valid frame.
    std::vector<std::uint64_t> broken =
        {};  // Frames behind the end of which only the header is valid.
  };

  Inspection(CarefulDisk& disk, Report report) : disk_(disk), report_(std::move(report)) {}
  Result<void> find_files();
  std::unique_ptr<Segment> open_segment(Kind kind, std::uint64_t number);
  Result<Walked> walk(const Segment& segment, std::uint64_t limit, const Visit& visit);
  void visit_frame(const Segment& segment, std::uint64_t offset, const Visit& visit);
  Result<void> visit_broken(const Segment& segment,
                            const std::vector<std::uint64_t>& offsets,
                            const Visit& visit);
  Result<bool> walk_log_segment(const Segment& segment, const Visit& visit);
  Result<void> judge_end(const Segment& segment, const Walked& walked, const Visit& visit);
  void expect_all_numbers(Kind kind, std::uint64_t first, std::uint64_t end);
  void expect_openable();
  void report(Damage damage);
  void report_unreadable();
  const std::vector<std::uint64_t>& numbers(Kind kind) const {
    return kind == Kind::log ? log_numbers_ : checkpoint_numbers_;
  }

  CarefulDisk& disk_;
  Report report_;
  Inspected inspected_;
  std::uint64_t reported_ = 0;
  std::vector<std::uint64_t> log_numbers_;  // Without what is left over from trimming.
  std::vector<std::uint64_t> checkpoint_numbers_;
  std::string refusal_;  // Why a start would refuse, as far as recovery says.
  // Where recovery says that the log ends, unless it refuses.
  std::optional<std::uint64_t> tail_segment_;
  std::uint64_t tail_offset_ = 0;

  SegmentReader reader_;
  std::uint64_t epoch_ = 0;  // Of the frame before.
  std::int64_t time_ = 0;
  std::map<std::uint64_t, std::unique_ptr<File>> files_;  // Open for read().
};

}  // namespace mailrail::log
