#include "log/file/file_log.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
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

}  // namespace

Result<std::unique_ptr<FileLog>> FileLog::open(Disk& disk, Random& random, FileLogOptions options) {
  CHECK(options.payload_bytes_max <= frame_bytes_max);
  CHECK(options.segment_bytes <= format::segment_bytes_max &&
        options.segment_bytes % page_bytes == 0);
  CHECK(format::has_room(page_bytes, options.segment_bytes, options.payload_bytes_max));
  TRY(disk.lock());
  auto log = std::unique_ptr<FileLog>(new FileLog(disk, random, options));
  std::optional<Recovery> recovery = TRY(recover(disk, options.payload_bytes_max));
  if (recovery) {
    TRY(log->take_over(*std::move(recovery)));
  } else {
    TRY(log->start_new());
  }
  TRY(log->begin_epoch());
  return log;
}

FileLog::FileLog(Disk& disk, Random& random, FileLogOptions options)
    : disk_(disk), random_(random), options_(options) {}

Result<void> FileLog::start_new() {
  superblock_.epoch = 1;
  TRY(make_spare());
  move_to(*TRY(add_segment(0, 0)));
  return {};
}

Result<void> FileLog::take_over(Recovery recovery) {
  superblock_ = recovery.superblock;
  superblock_.epoch += 1;
  recovered_ = std::move(recovery.report);
  segments_ = std::move(recovery.segments);
  tail_ = recovery.tail;
  zeroed_end_ = tail_.offset;
  opened_segment_ = tail_.segment->number();
  opened_segment_bytes_ = tail_.segment->header().bytes;
  return zero_ahead(tail_.offset + 1);
}

Result<void> FileLog::begin_epoch() {
  if (opened_segment_bytes_ == 0) opened_segment_bytes_ = options_.segment_bytes;
  superblock_.state = format::State::running;
  superblock_.end = Position();
  superblock_.chain = 0;
  return write_superblock(disk_, superblock_);
}

bool FileLog::has_room(std::uint64_t segment, std::uint64_t offset) const {
  const std::uint64_t bytes =
      segment == opened_segment_ ? opened_segment_bytes_ : options_.segment_bytes;
  return format::has_room(offset, bytes, options_.payload_bytes_max);
}

Position FileLog::payload_position(std::uint64_t segment, std::uint64_t offset) const {
  if (has_room(segment, offset)) return format::position_at(segment, offset) + sizeof(FrameHeader);
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
  CHECK(!is_closed_);
  CHECK(!frame.payload.empty() && frame.payload.size() <= options_.payload_bytes_max);
  CHECK(frame.position == next_position());
  if (failure_.empty()) {
    if (const Result<void> written = write(frame); !written) failure_ = written.error().message;
  }
  if (!failure_.empty()) return {Outcome::failed, failure_};
  return {Outcome::durable};
}

Result<void> FileLog::write(const Frame& frame) {
  if (!has_room(tail_.segment->number(), tail_.offset)) TRY(switch_segment());
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
  if (!spare_) TRY(make_spare());
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
  zeroed_end_ = std::min(options_.zeroed_step_bytes, segment.header().bytes);
}

// Named so that recovery takes it for no segment; it starts anew with a spare of its own.
Result<void> FileLog::make_spare() {
  std::unique_ptr<File> file = TRY(disk_.create_file(format::spare_name));
  TRY(file->allocate(options_.segment_bytes));
  TRY(write_zeros(*file, 0, std::min(options_.zeroed_step_bytes, options_.segment_bytes)));
  TRY(file->sync());
  spare_ = std::move(file);
  return {};
}

// Makes the spare a segment, durably: a file with a segment's name always has a valid header.
Result<Segment*> FileLog::add_segment(std::uint64_t number, std::uint64_t previous) {
  format::SegmentHeader header{.base = format::position_at(number, 0),
                               .bytes = options_.segment_bytes,
                               .epoch = superblock_.epoch,
                               .salt = random_.next(),
                               .previous = previous};
  header.checksum = format::header_checksum(header, 0);
  TRY(spare_->write_at(0, std::array{format::bytes_of(header)}));
  TRY(spare_->sync());
  TRY(disk_.rename(format::spare_name, format::segment_name(number)));
  TRY(disk_.sync());
  spare_.reset();

  std::unique_ptr<Segment> segment = TRY(Segment::open(disk_, number));
  segment->mark_complete();
  const std::scoped_lock lock(segments_mutex_);
  return (segments_[number] = std::move(segment)).get();
}

bool FileLog::prepare_ahead() {
  const std::uint64_t segment_bytes = tail_.segment->header().bytes;
  const std::uint64_t wanted_end =
      std::min(segment_bytes, tail_.offset + zeroed_steps_ahead * options_.zeroed_step_bytes);
  const bool is_full = !has_room(tail_.segment->number(), tail_.offset);
  const bool needs_spare = !spare_ && !is_spare_postponed_ && tail_.offset > segment_bytes / 2;
  if (is_closed_ || !failure_.empty() || (!is_full && zeroed_end_ >= wanted_end && !needs_spare))
    return false;

  const auto step = [&]() -> Result<void> {
    if (is_full) return switch_segment();
    if (zeroed_end_ >= wanted_end) {
      // Nothing of the log is in a spare: on a full disk it is made when it is needed.
      is_spare_postponed_ = !make_spare().has_value();
      return {};
    }
    TRY(zero_ahead(wanted_end));
    return tail_.segment->file().sync();
  };
  if (const Result<void> done = step(); !done) failure_ = done.error().message;
  return failure_.empty();
}

Result<std::string> FileLog::read(Position position, std::size_t length) const {
  const Segment* segment = nullptr;
  {
    const std::scoped_lock lock(segments_mutex_);
    const auto found = segments_.find(format::segment_of(position));
    if (found != segments_.end()) segment = found->second.get();
  }
  if (segment == nullptr) {
    return fail(errors::corrupt, fmt::format("The log in {} has no position {}.", disk_.directory(),
                                             position.value()));
  }
  return segment->read(position, length);
}

Result<void> FileLog::scan(const std::function<Result<void>(const Frame&)>& visit) {
  recovered_.frames = 0;
  recovered_.bytes = 0;
  SegmentReader reader;
  Frame frame;
  std::uint64_t chain = segments_.begin()->second->header().previous;
  for (const auto& [number, segment] : segments_) {
    const bool is_last = segment.get() == tail_.segment;
    reader.start(*segment);
    if (reader.chain() != chain)
      return damaged(segment->path(), 0, "the segment doesn't follow the one before it");
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

Result<void> FileLog::close() {
  if (!failure_.empty()) return fail(errors::io, failure_);
  is_closed_ = true;
  superblock_.state = format::State::closed;
  superblock_.end = format::position_at(tail_.segment->number(), tail_.offset);
  superblock_.chain = tail_.chain;
  return write_superblock(disk_, superblock_);
}

}  // namespace mailrail::log
