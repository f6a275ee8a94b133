#include "log/file/inspection.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "log/file/superblock.h"

namespace mailrail::log {

using format::page_bytes;
using Found = SegmentReader::Found;

namespace {

constexpr std::size_t open_files_max = 128;
// Numbers of segments that lie further apart belong to no one log: it would be 64 TiB long.
constexpr std::uint64_t segments_span_max = std::uint64_t{1} << 20;
// A number beyond has no position.
constexpr std::uint64_t segment_number_end = std::uint64_t{1} << (63 - format::segment_shift);

constexpr Position everything{~std::uint64_t{0}};

Position until(const Segment& segment, std::uint64_t offset) {
  return segment.header().kind == format::SegmentKind::log ? segment.header().base + offset
                                                           : Position();
}

// What the next frame or segment has to name as the one before it.
struct Chain {
  bool is_known = false;
  std::uint64_t value = 0;

  bool is_broken_by(std::uint64_t previous) const { return is_known && previous != value; }
};

std::string what_is_wrong_with(const Error& error) {
  if (error.kind != &errors::corrupt) return error.message;
  return "the segment's header is not valid, or that of another one, so nothing in it can be told "
         "from what stood in the file before";
}

}  // namespace

Result<std::unique_ptr<Inspection>> Inspection::open(CarefulDisk& disk, Report report) {
  auto inspection = std::unique_ptr<Inspection>(new Inspection(disk, std::move(report)));
  TRY(inspection->find_files());
  return inspection;
}

Result<void> Inspection::find_files() {
  const std::vector<std::string> names = TRY(disk_.list());
  auto superblock = read_superblock(disk_);
  if (!superblock && superblock.error().kind != &errors::corrupt)
    return std::unexpected(superblock.error());
  if (superblock) inspected_.superblock = *superblock;
  for (const std::string& name : names) {
    for (const Kind kind : {Kind::log, Kind::checkpoint}) {
      const auto number = format::segment_named(kind, name);
      if (!number || *number >= segment_number_end) continue;
      if (inspected_.superblock && !inspected_.superblock->needs(kind, *number)) continue;
      (kind == Kind::log ? log_numbers_ : checkpoint_numbers_).push_back(*number);
    }
  }
  const bool has_files = !log_numbers_.empty() || !checkpoint_numbers_.empty();
  if (superblock && !*superblock && !has_files) {
    return fail(errors::unusable, fmt::format("The directory {} is no data directory of mailrail: "
                                              "it has neither a JOURNAL nor segments.",
                                              disk_.directory()));
  }
  if (!log_numbers_.empty() && log_numbers_.back() >= segments_span_max) {
    std::erase_if(log_numbers_, [end = log_numbers_.back()](std::uint64_t each) {
      return each < end - segments_span_max;
    });
  }
  for (const Kind kind : {Kind::log, Kind::checkpoint}) {
    for (const std::uint64_t number : numbers(kind)) {
      const auto file = disk_.open_file(format::segment_name(kind, number));
      if (file) inspected_.file_bytes += (*file)->size().value_or(0);
    }
  }
  inspected_.log_segments = log_numbers_.size();
  if (inspected_.superblock) {
    const std::unique_ptr<File> file = TRY(disk_.open_file(format::superblock_name));
    std::string bytes(sizeof(format::Superblock), '\0');
    bytes.resize(TRY(file->read_at(0, bytes)));
    inspected_.version = format::superblock_version(bytes).value_or(0);
  }

  Result<std::optional<Recovery>> recovery = examine(disk_);
  if (!recovery) refusal_ = recovery.error().message;
  if (inspected_.superblock) {
    const bool is_closed = inspected_.superblock->state == format::State::closed;
    inspected_.last_stop = is_closed ? LastStop::clean : LastStop::unclean;
    if (inspected_.superblock->checkpoint)
      inspected_.last_time = from_unix_ms(inspected_.superblock->checkpoint.time);
  } else if (!recovery) {
    report({.path = disk_.path(format::superblock_name),
            .what = superblock ? "the file is missing" : "the file is not valid"});
  }
  if (recovery && *recovery) {
    tail_segment_ = (*recovery)->tail.segment->number();
    tail_offset_ = (*recovery)->tail.offset;
    inspected_.torn_bytes = (*recovery)->torn_end - tail_offset_;
  }
  report_unreadable();
  return {};
}

std::vector<CheckpointFiles> Inspection::checkpoints() const {
  if (inspected_.superblock) {
    const format::Checkpoint& named = inspected_.superblock->checkpoint;
    if (!named) return {};
    return {{.first = named.first, .segments = named.segments}};
  }
  std::vector<CheckpointFiles> found;
  for (const std::uint64_t number : checkpoint_numbers_) {
    const auto segment = Segment::open_of_any_length(disk_, Kind::checkpoint, number);
    const bool goes_on = !found.empty() && number == found.back().first + found.back().segments &&
                         (!segment || (*segment)->header().previous != 0);
    if (goes_on) {
      found.back().segments += 1;
    } else {
      found.push_back({.first = number, .segments = 1});
    }
  }
  std::ranges::reverse(found);
  return found;
}

Result<bool> Inspection::walk_checkpoint(const CheckpointFiles& files, const Visit& visit) {
  const std::uint64_t reported_before = reported_;
  const std::uint64_t frames_before = inspected_.checkpoint_frames;
  expect_all_numbers(Kind::checkpoint, files.first, files.first + files.segments);
  Chain chain{.is_known = true};
  std::string last_path = disk_.path(format::segment_name(Kind::checkpoint, files.first));
  std::uint64_t end = 0;
  for (const std::uint64_t number : checkpoint_numbers_) {
    if (number < files.first || number - files.first >= files.segments) continue;
    inspected_.checkpoint_segments += 1;
    const std::unique_ptr<Segment> segment = open_segment(Kind::checkpoint, number);
    if (segment == nullptr) {
      chain.is_known = false;
      continue;
    }
    epoch_ = 0;
    time_ = 0;
    if (chain.is_broken_by(segment->header().previous))
      report({.path = segment->path(), .what = "the segment doesn't follow the one before it"});
    const Walked walked = TRY(walk(*segment, segment->header().bytes, visit));
    if (!walked.broken.empty())
      report({.path = segment->path(), .offset = walked.end, .what = "a frame is not valid"});
    chain = {.is_known = walked.broken.empty(), .value = reader_.chain()};
    last_path = segment->path();
    end = walked.end;
  }
  const std::uint64_t frames = inspected_.checkpoint_frames - frames_before;
  const format::Checkpoint named =
      inspected_.superblock ? inspected_.superblock->checkpoint : format::Checkpoint();
  if (reported_ == reported_before && named &&
      (frames != named.frames || chain.is_broken_by(named.chain))) {
    report({.path = last_path,
            .offset = end,
            .what = fmt::format("the checkpoint has {} parts, and {} of them can be read",
                                named.frames, frames)});
  }
  return reported_ == reported_before;
}

bool Inspection::is_log_from_the_beginning() const {
  return !log_numbers_.empty() && log_numbers_.front() == 0 &&
         log_numbers_.back() + 1 == log_numbers_.size();
}

Result<void> Inspection::walk_log(const Visit& visit) {
  if (log_numbers_.empty()) {
    const std::uint64_t first = inspected_.superblock ? inspected_.superblock->first_segment : 0;
    report({.path = disk_.path(format::segment_name(Kind::log, first)),
            .what = "the file is missing",
            .until = everything});
  } else {
    const std::uint64_t first =
        inspected_.superblock ? inspected_.superblock->first_segment : log_numbers_.front();
    expect_all_numbers(Kind::log, first, log_numbers_.back() + 1);
  }
  epoch_ = 0;
  time_ = 0;
  Chain chain;
  std::uint64_t expected = log_numbers_.empty() ? 0 : log_numbers_.front();
  for (const std::uint64_t number : log_numbers_) {
    if (tail_segment_ && number > *tail_segment_) break;  // Made before a crash, and empty.
    if (number != expected) chain.is_known = false;
    expected = number + 1;
    const std::unique_ptr<Segment> segment = open_segment(Kind::log, number);
    if (segment == nullptr) {
      chain.is_known = false;
      continue;
    }
    if (chain.is_broken_by(segment->header().previous))
      report({.path = segment->path(),
              .what = "the segment doesn't follow the one before it",
              .until = format::position_at(number, 0)});
    chain = {.is_known = TRY(walk_log_segment(*segment, visit)), .value = reader_.chain()};
  }
  expect_openable();
  return {};
}

// Whether the segment is sealed, so that the reader knows the chain for the next one.
Result<bool> Inspection::walk_log_segment(const Segment& segment, const Visit& visit) {
  const bool is_tail = tail_segment_ == segment.number();
  const std::uint64_t bytes = segment.header().bytes;
  const Walked walked = TRY(walk(segment, is_tail ? tail_offset_ : bytes, visit));
  if (!is_tail) TRY(judge_end(segment, walked, visit));
  return walked.is_sealed;
}

// Of a segment where recovery has not said that the log ends there.
Result<void> Inspection::judge_end(const Segment& segment,
                                   const Walked& walked,
                                   const Visit& visit) {
  const bool is_last = segment.number() == log_numbers_.back();
  if (walked.is_sealed) {
    if (is_last) {
      report({.path = disk_.path(format::segment_name(Kind::log, segment.number() + 1)),
              .what = "the file is missing, but the segment before it is sealed",
              .until = everything});
    }
    return {};
  }
  const format::Superblock block = inspected_.superblock.value_or(format::Superblock());
  std::uint64_t end = is_last ? walked.end : segment.header().bytes;
  if (is_last && block.state == format::State::closed)
    end = format::segment_of(block.end) == segment.number() ? format::offset_of(block.end)
                                                            : segment.header().bytes;
  if (end <= walked.end) return {};
  TRY(visit_broken(segment, walked.broken, visit));
  report({.path = segment.path(),
          .offset = walked.end,
          .bytes = end - walked.end,
          .what = is_last ? "the log was closed further behind, but from here on no frame is valid"
                          : "no frame is valid from here on, not even the seal, but there is a "
                            "later segment",
          .until = segment.header().base + end});
  return {};
}

Result<Inspection::Walked> Inspection::walk(const Segment& segment,
                                            std::uint64_t limit,
                                            const Visit& visit) {
  Walked walked{.end = page_bytes};
  reader_.start(segment);
  while (reader_.offset() < limit) {
    const std::uint64_t offset = reader_.offset();
    const Found found = TRY(reader_.next());
    if (found == Found::nothing) {
      if (reader_.broken()) walked.broken.push_back(offset);
      reader_.pass_over_page();
      continue;
    }
    if (found == Found::unchained) {
      report({.path = segment.path(),
              .offset = offset,
              .what = "a frame doesn't follow the one before it",
              .until = until(segment, offset)});
      reader_.forget_chain();
      continue;
    }
    if (offset > walked.end) {
      TRY(visit_broken(segment, walked.broken, visit));
      walked.broken.clear();
      report({.path = segment.path(),
              .offset = walked.end,
              .bytes = offset - walked.end,
              .what = "a frame is not valid",
              .until = until(segment, offset)});
    }
    walked.end = reader_.offset();
    walked.is_sealed = found == Found::seal;
    if (walked.is_sealed) break;
    visit_frame(segment, offset, visit);
  }
  report_unreadable();
  return walked;
}

void Inspection::visit_frame(const Segment& segment, std::uint64_t offset, const Visit& visit) {
  const format::FrameHeader& header = reader_.header();
  const bool is_log = segment.header().kind == Kind::log;
  (is_log ? inspected_.log_frames : inspected_.checkpoint_frames) += 1;
  const std::uint64_t epoch_max =
      inspected_.superblock ? inspected_.superblock->epoch : ~std::uint64_t{0};
  if (header.epoch < epoch_ || header.epoch > epoch_max) {
    report({.path = segment.path(),
            .offset = offset,
            .what = fmt::format("a frame is of epoch {}, which cannot be", header.epoch)});
  }
  if (header.time < time_)
    report({.path = segment.path(),
            .offset = offset,
            .what = "a frame is older than the one before it"});
  epoch_ = header.epoch;
  time_ = header.time;
  const Instant time = from_unix_ms(header.time);
  if (is_log) inspected_.last_time = std::max(inspected_.last_time.value_or(time), time);
  visit({.path = segment.path(),
         .offset = offset,
         .position = header.position,
         .time = time,
         .count = header.count,
         .payload = reader_.payload()});
}

Result<void> Inspection::visit_broken(const Segment& segment,
                                      const std::vector<std::uint64_t>& offsets,
                                      const Visit& visit) {
  for (const std::uint64_t offset : offsets) {
    std::string bytes(page_bytes, '\0');
    bytes.resize(TRY(segment.file().read_at(offset, bytes)));
    const Position position = segment.header().base + offset + sizeof(format::FrameHeader);
    const auto header = format::frame_header(bytes, segment.header().salt, position);
    if (!header || header->kind != format::FrameKind::facts) continue;
    std::string payload(header->length, '\0');
    payload.resize(TRY(segment.file().read_at(offset + sizeof *header, payload)));
    visit({.path = segment.path(),
           .offset = offset,
           .position = position,
           .time = from_unix_ms(header->time),
           .count = header->count,
           .payload = payload,
           .is_whole = false});
  }
  return {};
}

std::unique_ptr<Segment> Inspection::open_segment(Kind kind, std::uint64_t number) {
  Result<std::unique_ptr<Segment>> segment = Segment::open_of_any_length(disk_, kind, number);
  const std::string path = disk_.path(format::segment_name(kind, number));
  if (!segment) {
    report_unreadable();
    report({.path = path,
            .what = what_is_wrong_with(segment.error()),
            .until = kind == Kind::log ? format::position_at(number + 1, 0) : Position()});
    return nullptr;
  }
  const std::uint64_t bytes = (*segment)->header().bytes;
  const std::uint64_t size = (*segment)->file().size().value_or(0);
  if (size < bytes) {
    report({.path = path,
            .offset = size,
            .bytes = bytes - size,
            .what = fmt::format("the file should be {} bytes long", bytes),
            .until = until(**segment, bytes)});
  }
  if (inspected_.superblock && inspected_.superblock->segment_bytes != bytes)
    report({.path = path, .what = "its length is not the one that JOURNAL says"});
  return *std::move(segment);
}

void Inspection::expect_all_numbers(Kind kind, std::uint64_t first, std::uint64_t end) {
  const auto missing = [&](std::uint64_t from, std::uint64_t to) {
    if (from >= to) return;
    std::string what = "the file is missing";
    if (to - from > 1)
      what += fmt::format(", and so are those up to {}", format::segment_name(kind, to - 1));
    report({.path = disk_.path(format::segment_name(kind, from)),
            .what = std::move(what),
            .until = kind == Kind::log ? format::position_at(to, 0) : Position()});
  };
  std::uint64_t expected = first;
  for (const std::uint64_t number : numbers(kind)) {
    if (number < expected || number >= end) continue;
    missing(expected, number);
    expected = number + 1;
  }
  missing(expected, end);
}

// Whatever else recovery refuses: then its sentence says what it is.
void Inspection::expect_openable() {
  if (refusal_.empty() || reported_ > 0) return;
  report({.what = refusal_, .until = everything});
}

Result<std::string> Inspection::read(Position position, std::size_t length) {
  if (!has_segment(position) || length > frame_bytes_max)
    return fail(errors::corrupt, fmt::format("the log has no position {}", position.value()));
  if (files_.size() >= open_files_max) files_.clear();
  const std::uint64_t number = format::segment_of(position);
  std::unique_ptr<File>& file = files_[number];
  if (file == nullptr) file = TRY(disk_.open_file(format::segment_name(Kind::log, number)));
  std::string bytes(length, '\0');
  bytes.resize(TRY(file->read_at(format::offset_of(position), bytes)));
  return bytes;
}

bool Inspection::has_segment(Position position) const {
  return std::ranges::binary_search(log_numbers_, format::segment_of(position));
}

std::string Inspection::path_of(Position position) const {
  return disk_.path(format::segment_name(Kind::log, format::segment_of(position)));
}

void Inspection::report(Damage damage) {
  reported_ += 1;
  report_(damage);
}

void Inspection::report_unreadable() {
  for (Unreadable& each : disk_.take_unreadable()) {
    report({.path = std::move(each.path),
            .offset = each.offset,
            .bytes = each.bytes,
            .what = std::move(each.why)});
  }
}

}  // namespace mailrail::log
