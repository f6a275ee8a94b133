#include "log/file/checkpoint_writer.h"

#include "base/check.h"
#include "base/seeded_bug.h"

namespace mailrail::log {

using format::page_bytes;

namespace {

constexpr std::uint64_t unsynced_bytes_max = std::uint64_t{1} << 20;

}  // namespace

bool CheckpointWriter::needs_spare() const {
  return segment_ == nullptr ||
         !format::has_room(offset_, segment_->header().bytes, options_.payload_bytes_max);
}

Result<void> CheckpointWriter::write(std::string_view payload, std::uint32_t count) {
  CHECK(!payload.empty() && payload.size() <= options_.payload_bytes_max);
  if (needs_spare()) TRY(add_segment());
  const format::FrameHeader header = segment_->frame_header(offset_,
                                                            {.kind = format::FrameKind::facts,
                                                             .epoch = options_.epoch,
                                                             .previous = chain_,
                                                             .count = count},
                                                            payload);
  TRY(segment_->put(header, payload));
  const std::uint64_t extent = format::frame_extent(payload.size());
  offset_ += extent;
  chain_ = header.checksum;
  frames_ += 1;
  unsynced_bytes_ += extent;
  if (unsynced_bytes_ >= unsynced_bytes_max) {
    TRY(segment_->file().sync());
    unsynced_bytes_ = 0;
  }
  return {};
}

Result<format::Checkpoint> CheckpointWriter::finish() {
  CHECK(segment_ != nullptr);
  if (!has_bug(SeededBug::leaves_checkpoint_unsynced)) TRY(segment_->file().sync());
  return format::Checkpoint{
      .first = options_.first, .segments = segments_, .frames = frames_, .chain = chain_};
}

std::vector<std::uint64_t> CheckpointWriter::numbers() const {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < segments_; ++i) numbers.push_back(options_.first + i);
  return numbers;
}

Result<void> CheckpointWriter::add_segment() {
  if (segment_ != nullptr) TRY(segment_->file().sync());
  segment_ = TRY(pool_.make_segment({.kind = format::SegmentKind::checkpoint,
                                     .base = format::position_at(options_.first + segments_, 0),
                                     .epoch = options_.epoch,
                                     .salt = random_.next(),
                                     .previous = chain_}));
  segments_ += 1;
  offset_ = page_bytes;
  unsynced_bytes_ = 0;
  return {};
}

}  // namespace mailrail::log
