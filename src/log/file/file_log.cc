#include "log/file/file_log.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/seeded_bug.h"
#include "log/file/checkpoint_reader.h"
#include "log/file/segment_reader.h"
#include "log/file/superblock.h"

namespace mailrail::log {

using format::FrameHeader;
using format::FrameKind;
using format::page_bytes;
using Found = SegmentReader::Found;

namespace {

constexpr std::uint64_t zeroed_steps_ahead = 8;  // As long as the log thread is idle.
// Zeroing ahead of longer frames costs more than it saves: their bytes would be written twice.
constexpr std::uint64_t zeroed_frame_bytes_max = std::uint64_t{16} << 10;

std::vector<std::string> checkpoint_names(const std::vector<std::uint64_t>& numbers) {
  std::vector<std::string> names;
  for (const std::uint64_t each : numbers)
    names.push_back(format::segment_name(format::SegmentKind::checkpoint, each));
  return names;
}

}  // namespace

Result<std::unique_ptr<FileLog>> FileLog::open(Disk& disk, Random& random, FileLogOptions options) {
  CHECK(options.payload_bytes_max <= frame_bytes_max);
  CHECK(options.segment_bytes <= format::segment_bytes_max &&
        options.segment_bytes % page_bytes == 0);
  CHECK(format::has_room(page_bytes, options.segment_bytes, options.payload_bytes_max));
  TRY(disk.lock());
  auto log = std::unique_ptr<FileLog>(new FileLog(disk, random, options));
  std::optional<Recovery> recovery = TRY(recover(disk));
  if (recovery) {
    TRY(log->take_over(*recovery));
  } else {
    TRY(log->start_new());
  }
  TRY(log->begin_epoch());
  if (recovery) {
    TRY(log->pool_->adopt(recovery->left_over, [&](const format::SegmentHeader& header) {
      return log->superblock_.needs(header.kind, format::segment_of(header.base));
    }));
  }
  log->measure();
  return log;
}

FileLog::FileLog(Disk& disk, Random& random, FileLogOptions options)
    : disk_(disk), random_(random), options_(options) {}

Result<void> FileLog::start_new() {
  superblock_.epoch = 1;
  superblock_.segment_bytes = options_.segment_bytes;
  superblock_.payload_bytes_max = options_.payload_bytes_max;
  pool_ = std::make_unique<SegmentPool>(disk_, options_.segment_bytes, options_.zeroed_step_bytes);
  move_to(*TRY(add_segment(0, 0)));
  return {};
}

Result<void> FileLog::take_over(Recovery& recovery) {
  superblock_ = recovery.superblock;
  superblock_.epoch += 1;
  recovered_ = std::move(recovery.report);
  segments_ = std::move(recovery.segments);
  tail_ = recovery.tail;
  checkpoint_next_ = superblock_.checkpoint.first + superblock_.checkpoint.segments;
  pool_ =
      std::make_unique<SegmentPool>(disk_, superblock_.segment_bytes, options_.zeroed_step_bytes);
  const bool was_zeros = tail_.segment->header().before == format::Before::zeros;
  zeroed_end_ = was_zeros ? tail_.offset : tail_.segment->header().bytes;
  return zero_ahead(tail_.offset + 1);
}

Result<void> FileLog::begin_epoch() {
  superblock_.state = format::State::running;
  superblock_.end = Position();
  superblock_.chain = 0;
  return write_superblock(disk_, superblock_);
}

bool FileLog::has_room(std::uint64_t offset) const {
  return format::has_room(offset, superblock_.segment_bytes, superblock_.payload_bytes_max);
}

Position FileLog::payload_position(std::uint64_t segment, std::uint64_t offset) const {
  if (has_room(offset)) return format::position_at(segment, offset) + sizeof(FrameHeader);
  return format::position_at(segment + 1, page_bytes) + sizeof(FrameHeader);
}

Position FileLog::next_position() const {
  return payload_position(tail_.segment->number(), tail_.offset);
}

Position FileLog::position_after(const Frame& frame) const {
  const std::uint64_t offset = format::offset_of(frame.position) - sizeof(FrameHeader);
  return payload_position(format::segment_of(frame.position),
                          offset + format::frame_extent(frame.payload.size()));
}

Appended FileLog::append(const Frame& frame) {
  const std::scoped_lock lock(changing_);
  CHECK(!is_closed_);
  CHECK(!frame.payload.empty() && frame.payload.size() <= payload_bytes_max());
  CHECK(frame.position == next_position());
  if (failure_.empty()) {
    if (const Result<void> written = write(frame); !written) failure_ = written.error().message;
  }
  if (!failure_.empty()) return {Outcome::failed, failure_};
  return {Outcome::durable};
}

Result<void> FileLog::write(const Frame& frame) {
  if (!has_room(tail_.offset)) TRY(switch_segment());
  const std::uint64_t extent = format::frame_extent(frame.payload.size());
  if (extent <= zeroed_frame_bytes_max) TRY(zero_ahead(tail_.offset + extent));
  const FrameHeader header = tail_.segment->frame_header(tail_.offset,
                                                         {.kind = FrameKind::facts,
                                                          .epoch = superblock_.epoch,
                                                          .previous = tail_.chain,
                                                          .time = unix_ms(frame.time),
                                                          .count = frame.count},
                                                         frame.payload);
  TRY(tail_.segment->write(header, frame.payload));
  tail_.offset += extent;
  tail_.chain = header.checksum;
  tail_.time = frame.time;
  zeroed_end_ = std::max(zeroed_end_, tail_.offset);
  return {};
}

// One step, if the zeros don't reach `end` yet. The caller syncs.
Result<void> FileLog::zero_ahead(std::uint64_t end) {
  const std::uint64_t segment_bytes = tail_.segment->header().bytes;
  if (zeroed_end_ >= std::min(end, segment_bytes)) return {};
  const std::uint64_t step = std::min(options_.zeroed_step_bytes, segment_bytes - zeroed_end_);
  TRY(write_zeros(tail_.segment->file(), zeroed_end_, step));
  zeroed_end_ += step;
  return {};
}

// The next segment is durable before the seal is: a sealed segment always has one after it.
Result<void> FileLog::switch_segment() {
  Segment& full = *tail_.segment;
  const FrameHeader seal = full.frame_header(tail_.offset,
                                             {.kind = FrameKind::seal,
                                              .epoch = superblock_.epoch,
                                              .previous = tail_.chain,
                                              .time = tail_.time ? unix_ms(*tail_.time) : 0},
                                             {});
  Segment* next = TRY(add_segment(full.number() + 1, seal.checksum));
  TRY(full.write(seal, {}));
  move_to(*next);
  return {};
}

void FileLog::move_to(Segment& segment) {
  is_spare_postponed_ = false;
  tail_.segment = &segment;
  tail_.offset = page_bytes;
  tail_.chain = segment.header().previous;
  const std::uint64_t bytes = segment.header().bytes;
  const bool was_zeros = segment.header().before == format::Before::zeros;
  zeroed_end_ = was_zeros ? std::min(options_.zeroed_step_bytes, bytes) : bytes;
  measure();
}

Result<Segment*> FileLog::add_segment(std::uint64_t number, std::uint64_t previous) {
  std::unique_ptr<Segment> segment =
      TRY(pool_->make_segment({.kind = format::SegmentKind::log,
                               .base = format::position_at(number, 0),
                               .epoch = superblock_.epoch,
                               .salt = random_.next(),
                               .previous = previous}));
  segment->mark_complete();
  const std::scoped_lock lock(segments_mutex_);
  return (segments_[number] = std::move(segment)).get();
}

bool FileLog::prepare_ahead() {
  const std::scoped_lock lock(changing_);
  const std::uint64_t segment_bytes = superblock_.segment_bytes;
  const std::uint64_t wanted_end =
      std::min(segment_bytes, tail_.offset + zeroed_steps_ahead * options_.zeroed_step_bytes);
  const bool needs_spare =
      pool_->spares() == 0 && !is_spare_postponed_ && tail_.offset > segment_bytes / 2;
  if (is_closed_ || !failure_.empty() ||
      (has_room(tail_.offset) && zeroed_end_ >= wanted_end && !needs_spare))
    return false;
  return remember_failure(prepare_step(wanted_end)).has_value();
}

Result<void> FileLog::prepare_step(std::uint64_t zeroed_end_wanted) {
  if (!has_room(tail_.offset)) return switch_segment();
  if (zeroed_end_ >= zeroed_end_wanted) {
    // Whatever kept it from being made, nothing of the log was in it: when it is needed another is
    // tried, and that failure is the log's.
    is_spare_postponed_ = !pool_->make_spare().has_value();
    measure();
    return {};
  }
  TRY(zero_ahead(zeroed_end_wanted));
  return tail_.segment->file().sync();
}

template <class Value>
Result<Value> FileLog::remember_failure(Result<Value> result) {
  if (!result && failure_.empty()) failure_ = result.error().message;
  return result;
}

// --- Reading. What reads bodies is in file_log_bodies.cc.

Result<void> FileLog::scan(const std::function<Result<void>(const Frame&)>& visit) {
  recovered_.frames = 0;
  recovered_.bytes = 0;
  SegmentReader reader;
  Frame frame;
  const Position begin = superblock_.checkpoint.begin;
  auto each = superblock_.checkpoint ? segments_.lower_bound(format::segment_of(begin))
                                     : segments_.lower_bound(superblock_.first_segment);
  std::optional<std::uint64_t> chain;
  for (; each != segments_.end(); ++each) {
    const Segment* segment = each->second.get();
    const bool is_last = segment == tail_.segment;
    if (superblock_.checkpoint && each->first == format::segment_of(begin)) {
      reader.start_at(*segment, format::offset_of(begin) - sizeof(FrameHeader));
    } else {
      reader.start(*segment);
      const bool is_next = !chain || reader.chain() == *chain;
      if (!is_next && !has_bug(SeededBug::believes_any_chain))
        return damaged(segment->path(), 0, "the segment doesn't follow the one before it");
    }
    while (!is_last || reader.offset() < tail_.offset) {
      const std::uint64_t offset = reader.offset();
      const Found found = TRY(reader.next());
      if (found == Found::seal && !is_last) break;
      if (found == Found::unchained)
        return damaged(segment->path(), offset, "a frame doesn't follow the one before it");
      if (found != Found::facts) return damaged(segment->path(), offset, "a frame is not valid");
      frame.position = reader.header().position;
      frame.time = from_unix_ms(reader.header().time);
      frame.count = reader.header().count;
      frame.payload.assign(reader.payload());
      TRY(visit(frame));
      ++recovered_.frames;
      recovered_.bytes += frame.payload.size();
    }
    chain = reader.chain();
  }
  return {};
}

// --- Checkpoints.

std::optional<CheckpointSpan> FileLog::checkpoint() const {
  if (!superblock_.checkpoint) return std::nullopt;
  return CheckpointSpan{.begin = superblock_.checkpoint.begin,
                        .end = superblock_.checkpoint.end,
                        .time = from_unix_ms(superblock_.checkpoint.time)};
}

Result<void> FileLog::scan_checkpoint(
    const std::function<Result<void>(std::string_view, std::uint32_t)>& visit) {
  if (!superblock_.checkpoint) return {};
  return read_checkpoint(disk_, superblock_.checkpoint, visit);
}

Result<void> FileLog::begin_checkpoint() {
  if (!failure_.empty()) return fail(errors::io, failure_);
  TRY(remember_failure(discard_unfinished()));
  writer_ = std::make_unique<CheckpointWriter>(
      *pool_, random_,
      CheckpointWriter::Options{.first = checkpoint_next_,
                                .epoch = superblock_.epoch,
                                .payload_bytes_max = superblock_.payload_bytes_max});
  return {};
}

Result<LogStore::Written> FileLog::write_checkpoint(std::string_view payload, std::uint32_t count) {
  if (!failure_.empty()) return fail(errors::io, failure_);
  CHECK(writer_ != nullptr);
  const Result<Written> written = remember_failure(write_part(payload, count));
  measure();
  return written;
}

// One spare is always left for the log, which must go on where the volume is full; so are the files
// of a checkpoint that can't.
Result<LogStore::Written> FileLog::write_part(std::string_view payload, std::uint32_t count) {
  while (writer_->needs_spare() && pool_->spares() < 2) {
    const Result<void> made = pool_->make_spare();
    if (made) continue;
    if (made.error().kind != &errors::no_space) return std::unexpected(made.error());
    why_postponed_ = made.error().message;
    TRY(discard_unfinished());
    return Written::postponed;
  }
  TRY(writer_->write(payload, count));
  return Written::done;
}

Result<void> FileLog::discard_unfinished() {
  if (writer_ == nullptr) return {};
  const std::vector<std::uint64_t> numbers = writer_->numbers();
  writer_.reset();
  return pool_->take_back(checkpoint_names(numbers));
}

Result<void> FileLog::finish_checkpoint(const FinishedCheckpoint& finished) {
  const std::scoped_lock lock(changing_);
  if (!failure_.empty()) return fail(errors::io, failure_);
  CHECK(writer_ != nullptr);
  CHECK(finished.span.end <= next_position());
  const auto finish = [&]() -> Result<void> {
    const format::Checkpoint before = superblock_.checkpoint;
    superblock_.checkpoint = TRY(writer_->finish());
    superblock_.checkpoint.begin = finished.span.begin;
    superblock_.checkpoint.end = finished.span.end;
    superblock_.checkpoint.time = unix_ms(finished.span.time);
    writer_.reset();
    checkpoint_next_ = superblock_.checkpoint.first + superblock_.checkpoint.segments;
    const std::uint64_t needed = format::segment_of(std::min(finished.span.begin, finished.needed));
    superblock_.first_segment =
        std::clamp(needed, superblock_.first_segment, tail_.segment->number());
    if (has_bug(SeededBug::frees_before_superblock)) {
      while (TRY(trim_step(~std::uint64_t{0}))) continue;
    }
    TRY(write_superblock(disk_, superblock_));
    for (std::uint64_t i = 0; i < before.segments; ++i) {
      superfluous_.push_back(
          format::segment_name(format::SegmentKind::checkpoint, before.first + i));
    }
    return {};
  };
  const Result<void> done = remember_failure(finish());
  measure();
  return done;
}

Result<bool> FileLog::trim(std::uint64_t bytes_max) {
  const std::scoped_lock lock(changing_);
  if (!failure_.empty()) return fail(errors::io, failure_);
  const Result<bool> has_more = remember_failure(trim_step(bytes_max));
  measure();
  return has_more;
}

// One file: removing a large one, or syncing the directory, can take as long as a commit.
Result<bool> FileLog::trim_step(std::uint64_t bytes_max) {
  const bool is_too_long = space().total() > bytes_max;
  if (const std::optional<std::string> name = next_superfluous()) {
    TRY(is_too_long && pool_->spares() > 0 ? disk_.remove(*name) : pool_->take_back({*name}));
    return true;
  }
  if (!is_too_long || pool_->spares() <= 1) return false;
  TRY(pool_->remove_spare());
  return true;
}

// What somebody holds stays until the next time.
std::optional<std::string> FileLog::next_superfluous() {
  if (keep_ != nullptr && keep_->holds()) return std::nullopt;
  keep_.reset();
  if (!superfluous_.empty()) {
    std::string name = std::move(superfluous_.back());
    superfluous_.pop_back();
    return name;
  }
  const std::scoped_lock lock(segments_mutex_);
  for (auto each = segments_.begin();
       each != segments_.end() && each->first < superblock_.first_segment; ++each) {
    if (each->second->is_held() && !has_bug(SeededBug::recycles_held_segments)) continue;
    std::string name = format::segment_name(format::SegmentKind::log, each->first);
    segments_.erase(each);
    return name;
  }
  return std::nullopt;
}

Space FileLog::space() const {
  const std::uint64_t unit = superblock_.segment_bytes;
  return {.log_bytes = log_segments_ * unit,
          .checkpoint_bytes = checkpoint_segments_ * unit,
          .spare_bytes = spare_segments_ * unit,
          .unit_bytes = unit};
}

void FileLog::measure() {
  {
    const std::scoped_lock lock(segments_mutex_);
    log_segments_ = segments_.size();
  }
  checkpoint_segments_ = superblock_.checkpoint.segments + superfluous_.size() +
                         (writer_ == nullptr ? 0 : writer_->numbers().size());
  spare_segments_ = pool_->spares();
}

Result<void> FileLog::close() {
  const std::scoped_lock lock(changing_);
  if (!failure_.empty()) return fail(errors::io, failure_);
  is_closed_ = true;
  superblock_ = closed_here();
  return write_superblock(disk_, superblock_);
}

format::Superblock FileLog::closed_here() const {
  format::Superblock closed = superblock_;
  closed.state = format::State::closed;
  closed.end = format::position_at(tail_.segment->number(), tail_.offset);
  closed.chain = tail_.chain;
  return closed;
}

}  // namespace mailrail::log
