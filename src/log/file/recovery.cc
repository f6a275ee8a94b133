#include "log/file/recovery.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/seeded_bug.h"
#include "log/file/segment_reader.h"
#include "log/file/superblock.h"

namespace mailrail::log {

using format::page_bytes;
using format::SegmentKind;
using format::State;
using Found = SegmentReader::Found;
using Numbers = std::vector<std::uint64_t>;

namespace {

constexpr std::size_t torn_copies_max = 8;  // Then the oldest goes.

// A segment walked from its first frame to its last valid one.
struct Walk {
  Segment* segment = nullptr;
  bool is_sealed = false;
  std::uint64_t end = page_bytes;  // Behind the last valid frame.
  std::uint64_t last = 0;          // Where that begins; 0: there is none.
  std::uint64_t chain = 0;
  std::optional<Instant> time = {};
  SegmentReader::Rest rest = {};  // Behind the end of an unsealed segment.
};

Result<Walk> walk(Segment& segment, SegmentReader& reader) {
  Walk walk{.segment = &segment};
  reader.start(segment);
  for (;;) {
    const std::uint64_t offset = reader.offset();
    const Found found = TRY(reader.next());
    if (found == Found::unchained)
      return damaged(segment.path(), offset, "a frame doesn't follow the one before it");
    if (found == Found::nothing) break;
    segment.mark_frame(offset);
    walk.last = offset;
    walk.time = from_unix_ms(reader.header().time);
    walk.is_sealed = found == Found::seal;
    if (walk.is_sealed) break;
  }
  segment.mark_complete();
  walk.end = reader.offset();
  walk.chain = reader.chain();
  if (!walk.is_sealed) walk.rest = TRY(reader.rest());
  if (walk.rest.has_valid_header)
    return damaged(segment.path(), walk.end, "a frame is not valid, but a later one is");
  return walk;
}

class Examiner {
 public:
  explicit Examiner(Disk& disk) : disk_(disk) {}

  Result<std::optional<Recovery>> run() {
    const std::vector<std::string> names = TRY(disk_.list());
    const std::optional<format::Superblock> superblock = TRY(read_superblock(disk_));
    Numbers numbers;
    for (const std::string& name : names) {
      if (const auto number = format::segment_named(SegmentKind::log, name))
        numbers.push_back(*number);
    }
    if (!superblock) {
      TRY(expect_unused(numbers));
      return std::nullopt;
    }

    recovery_.superblock = *superblock;
    TRY(open_segments(numbers));
    TRY(find_tail());
    TRY(expect_whole_checkpoint());
    recovery_.torn_end = tail_.end;
    recovery_.last_frame = {.segment = last_.segment, .begin = last_.last, .end = last_.end};
    if (superblock->state == State::closed) {
      recovery_.report.last_stop = LastStop::clean;
      TRY(expect_recorded_end());
    } else {
      recovery_.report.last_stop = LastStop::unclean;
      const std::uint64_t extent_max = format::frame_extent(payload_bytes_max());
      recovery_.torn_end =
          std::max(tail_.end, std::min(tail_.rest.written_end, tail_.end + extent_max));
    }
    recovery_.report.last_time = recovery_.tail.time;
    find_left_over(names);
    return std::move(recovery_);
  }

 private:
  // Before the first JOURNAL there can be an empty first segment, and nothing was ever promised.
  Result<void> expect_unused(const Numbers& numbers) {
    if (numbers.empty()) return {};
    const auto lost = [&] {
      return damaged(disk_.path(format::superblock_name), 0, "the file is missing");
    };
    if (numbers != Numbers{0}) return lost();
    const std::unique_ptr<Segment> segment = TRY(Segment::open(disk_, SegmentKind::log, 0));
    const Walk only = TRY(walk(*segment, reader_));
    if (only.last != 0) return lost();
    return {};
  }

  // Those before the first are left over from trimming.
  Result<void> open_segments(const Numbers& numbers) {
    std::uint64_t expected = recovery_.superblock.first_segment;
    for (const std::uint64_t number : numbers) {
      if (number < expected) continue;
      if (number > expected) break;
      recovery_.segments[number] = TRY(Segment::open(disk_, SegmentKind::log, number));
      ++expected;
    }
    const bool has_gap = !numbers.empty() && numbers.back() >= expected;
    if (recovery_.segments.empty() || has_gap) {
      return damaged(disk_.path(name_of(expected)), 0, "the file is missing");
    }
    return {};
  }

  Result<void> find_tail() {
    last_ = TRY(walk(*recovery_.segments.rbegin()->second, reader_));
    if (last_.is_sealed) {
      const std::string next = name_of(last_.segment->number() + 1);
      return damaged(disk_.path(next), 0,
                     "the file is missing, but the segment before it is sealed");
    }
    tail_ = last_;
    if (last_.last == 0 && recovery_.segments.size() > 1) TRY(look_one_segment_back());
    // What the checkpoint has forgotten for its age may not come back.
    const format::Checkpoint& checkpoint = recovery_.superblock.checkpoint;
    std::optional<Instant> time = last_.time;
    if (checkpoint) time = std::max(time, std::optional(from_unix_ms(checkpoint.time)));
    recovery_.tail =
        Tail{.segment = tail_.segment, .offset = tail_.end, .chain = tail_.chain, .time = time};
    return {};
  }

  // The last segment has no frame yet: the newest frame is the seal before it, or a crash came
  // before that was written.
  Result<void> look_one_segment_back() {
    const auto empty = std::prev(recovery_.segments.end());
    Walk before = TRY(walk(*std::prev(empty)->second, reader_));
    if (before.is_sealed) {
      if (before.chain != last_.chain)
        return damaged(last_.segment->path(), 0, "the segment doesn't follow the one before it");
      last_ = std::move(before);
      return {};
    }
    const bool had_room =
        format::has_room(before.end, before.segment->header().bytes, payload_bytes_max());
    if (had_room)
      return damaged(before.segment->path(), before.end,
                     "a frame is not valid, but there is a later segment");
    recovery_.unneeded = name_of(empty->first);
    recovery_.segments.erase(empty);
    tail_ = last_ = std::move(before);
    return {};
  }

  // Its state is that of the log's facts up to its end: they were durable when it was finished.
  Result<void> expect_whole_checkpoint() {
    const format::Checkpoint& checkpoint = recovery_.superblock.checkpoint;
    const Position end = format::position_at(tail_.segment->number(), tail_.end);
    if (!checkpoint || checkpoint.end <= end + sizeof(format::FrameHeader)) return {};
    const bool is_full =
        !format::has_room(tail_.end, tail_.segment->header().bytes, payload_bytes_max());
    const Position next = format::position_at(tail_.segment->number() + 1, page_bytes);
    if (is_full && checkpoint.end <= next + sizeof(format::FrameHeader)) return {};
    return damaged(tail_.segment->path(), tail_.end,
                   fmt::format("the log ends here, but its checkpoint ends at position {}",
                               checkpoint.end.value()));
  }

  // Segments from before the log's first, checkpoints that were replaced or never finished, spares.
  void find_left_over(const std::vector<std::string>& names) {
    const format::Superblock& block = recovery_.superblock;
    for (const std::string& name : names) {
      const auto segment = format::segment_named(SegmentKind::log, name);
      const auto part = format::segment_named(SegmentKind::checkpoint, name);
      if ((segment && !block.needs(SegmentKind::log, *segment)) ||
          (part && !block.needs(SegmentKind::checkpoint, *part)) ||
          name.starts_with(format::spare_prefix))
        recovery_.left_over.push_back(name);
    }
  }

  Result<void> expect_recorded_end() {
    const format::Superblock& recorded = recovery_.superblock;
    const Segment& segment = *tail_.segment;
    if (format::position_at(segment.number(), tail_.end) != recorded.end ||
        tail_.chain != recorded.chain) {
      return damaged(segment.path(), tail_.end,
                     fmt::format("the log was closed at position {}, but its frames end at {}",
                                 recorded.end.value(),
                                 format::position_at(segment.number(), tail_.end).value()));
    }
    if (tail_.rest.written_end > tail_.end) {
      return damaged(segment.path(), tail_.end, "something was written after the log was closed");
    }
    return {};
  }

  static std::string name_of(std::uint64_t segment) {
    return format::segment_name(SegmentKind::log, segment);
  }
  std::uint64_t payload_bytes_max() const { return recovery_.superblock.payload_bytes_max; }

  Disk& disk_;
  SegmentReader reader_;
  Recovery recovery_;
  Walk tail_;  // Of the segment that the log ends in.
  Walk last_;  // Of the segment that the newest frame is in: that one, or the one before.
};

Result<std::string> next_torn_name(Disk& disk) {
  Numbers numbers;
  for (const std::string& each : TRY(disk.list())) {
    std::string_view name = each;
    if (!name.starts_with(format::torn_prefix)) continue;
    name.remove_prefix(format::torn_prefix.size());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && end == name.data() + name.size()) numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  const auto torn_name = [](std::uint64_t number) {
    return fmt::format("{}{}", format::torn_prefix, number);
  };
  if (numbers.size() >= torn_copies_max) TRY(disk.remove(torn_name(numbers.front())));
  return torn_name(numbers.empty() ? 1 : numbers.back() + 1);
}

Result<void> put_torn_frame_aside(Disk& disk, Recovery& recovery) {
  const Tail& tail = recovery.tail;
  if (recovery.torn_end <= tail.offset) return {};
  File& file = tail.segment->file();
  std::string bytes(recovery.torn_end - tail.offset, '\0');
  TRY(file.read_at(tail.offset, bytes));

  const std::string name = TRY(next_torn_name(disk));
  const std::unique_ptr<File> copy = TRY(disk.create_file(name));
  TRY(copy->write_at(0, std::array<std::string_view, 1>{bytes}));
  TRY(copy->sync());
  TRY(disk.sync());
  if (!has_bug(SeededBug::leaves_torn_frame)) TRY(write_zeros(file, tail.offset, bytes.size()));
  TRY(file.sync());
  recovery.report.torn_frames = 1;
  recovery.report.torn_copy = name;
  return {};
}

Result<void> rewrite(const LastFrame& frame) {
  if (frame.begin == 0 || has_bug(SeededBug::leaves_last_frame)) return {};
  File& file = frame.segment->file();
  std::string bytes(frame.end - frame.begin, '\0');
  TRY(file.read_at(frame.begin, bytes));
  TRY(file.write_at(frame.begin, std::array<std::string_view, 1>{bytes}));
  return file.sync();
}

}  // namespace

Result<std::optional<Recovery>> examine(Disk& disk) { return Examiner(disk).run(); }

Result<std::optional<Recovery>> recover(Disk& disk) {
  std::optional<Recovery> recovery = TRY(examine(disk));
  if (!recovery) return std::nullopt;
  if (!recovery->unneeded.empty()) TRY(disk.remove(recovery->unneeded));
  if (recovery->report.last_stop == LastStop::unclean) {
    TRY(put_torn_frame_aside(disk, *recovery));
    TRY(rewrite(recovery->last_frame));
  }
  return recovery;
}

}  // namespace mailrail::log
