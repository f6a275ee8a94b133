#include "log/file/segment_reader.h"

#include <algorithm>

#include "base/seeded_bug.h"

namespace mailrail::log {

using format::page_bytes;

namespace {

constexpr std::size_t read_bytes =
    std::size_t{1} << 20;  // At least; enough to run at the disk's or the cache's speed.

}  // namespace

void SegmentReader::start(const Segment& segment) {
  segment_ = &segment;
  offset_ = page_bytes;
  chain_ = segment.header().previous;
  is_chain_known_ = true;
  buffer_count_ = 0;
}

void SegmentReader::start_at(const Segment& segment, std::uint64_t offset) {
  start(segment);
  is_chain_known_ = offset == offset_;
  offset_ = offset;
}

Result<SegmentReader::Found> SegmentReader::next() {
  const std::uint64_t salt = segment_->header().salt;
  const auto header =
      format::frame_header(TRY(view(offset_, page_bytes)), salt, payload_position(offset_));
  broken_ = header;
  if (!header) return Found::nothing;
  const std::uint64_t extent = format::frame_extent(header->length);
  const std::uint64_t seal_bytes =
      header->kind == format::FrameKind::facts ? page_bytes : 0;  // Behind it.
  if (offset_ + extent + seal_bytes > segment_->header().bytes) return Found::nothing;

  const std::string_view frame = TRY(view(offset_, extent)).substr(sizeof *header);
  if (frame.size() != extent - sizeof *header) return Found::nothing;
  const std::string_view payload = frame.substr(0, header->length);
  if (format::checksum(payload, salt) != header->payload_checksum) return Found::nothing;
  if (!format::is_zeros(frame.substr(header->length))) return Found::nothing;
  const bool is_next = header->previous == chain_ || has_bug(SeededBug::believes_any_chain);
  if (is_chain_known_ && !is_next) return Found::unchained;

  broken_.reset();
  header_ = *header;
  payload_ = payload;
  offset_ += extent;
  chain_ = header->checksum;
  is_chain_known_ = true;
  return header->kind == format::FrameKind::seal ? Found::seal : Found::facts;
}

void SegmentReader::pass_over_page() {
  offset_ += page_bytes;
  is_chain_known_ = false;
}

// Where zeros stood before, what isn't zero was written since. Where anything stood, only a frame's
// header, under the salt of this life, tells that one was begun.
Result<SegmentReader::Rest> SegmentReader::rest() {
  const bool was_zeros = segment_->header().before == format::Before::zeros;
  const std::uint64_t salt = segment_->header().salt;
  Rest rest{.written_end = offset_};
  for (std::uint64_t at = offset_; at < segment_->header().bytes; at += page_bytes) {
    const std::string_view page = TRY(view(at, page_bytes));
    if (was_zeros && format::is_zeros(page)) continue;
    const auto header = format::frame_header(page, salt, payload_position(at));
    if (was_zeros) rest.written_end = at + page_bytes;
    if (header && at > offset_) rest.has_valid_header = true;
    if (header && at == offset_ && !was_zeros)
      rest.written_end =
          std::min(at + format::frame_extent(header->length), segment_->header().bytes);
  }
  return rest;
}

Position SegmentReader::payload_position(std::uint64_t offset) const {
  return segment_->header().base + offset + sizeof(format::FrameHeader);
}

Result<std::string_view> SegmentReader::view(std::uint64_t offset, std::size_t length) {
  if (offset < buffer_offset_ || offset + length > buffer_offset_ + buffer_count_) {
    const std::uint64_t left =
        segment_->header().bytes - std::min(offset, segment_->header().bytes);
    buffer_.resize(
        std::max<std::size_t>({buffer_.size(), length, std::min<std::uint64_t>(left, read_bytes)}));
    buffer_offset_ = offset;
    buffer_count_ = 0;
    buffer_count_ = TRY(segment_->file().read_at(offset, buffer_));
  }
  return std::string_view(buffer_.data(), buffer_count_).substr(offset - buffer_offset_, length);
}

}  // namespace mailrail::log
