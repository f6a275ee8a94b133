// SegmentReader: walks the frames of segments in order, verifying each, with large sequential reads
// into one buffer.
//
// It tells what it finds and decides nothing: whether a place without a valid frame is the log's
// end or damage is for recovery to say.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "log/file/segment.h"

namespace mailrail::log {

class SegmentReader {
 public:
  enum class Found {
    facts,
    seal,
    nothing,    // No valid frame of this segment's life.
    unchained,  // A valid one that doesn't follow the frame before it.
  };

  // Stands before the segment's first frame.
  void start(const Segment& segment);
  // Stands before the frame at `offset`, whatever that says is before it.
  void start_at(const Segment& segment, std::uint64_t offset);

  // Goes one frame on. After nothing and unchained it stays where it is.
  Result<Found> next();

  // For who goes on behind damage: accept any frame as the next one, in this place or a page
  // further.
  void forget_chain() { is_chain_known_ = false; }
  void pass_over_page();
  // After nothing: the header that stands there, if that is valid and only the rest is not.
  const std::optional<format::FrameHeader>& broken() const { return broken_; }

  // Of the frame found last. The payload is good until the next call.
  const format::FrameHeader& header() const { return header_; }
  std::string_view payload() const { return payload_; }

  // Where the next frame's header should stand, and the checksum that it should name as the one
  // before.
  std::uint64_t offset() const { return offset_; }
  std::uint64_t chain() const { return chain_; }

  // What follows the end of the log in this segment.
  struct Rest {
    bool has_valid_header = false;  // Of a later frame.
    std::uint64_t written_end = 0;  // Of what is there that a torn write may have left.
  };
  Result<Rest> rest();

 private:
  // May be shorter at the end of the file. Good until the next call.
  Result<std::string_view> view(std::uint64_t offset, std::size_t length);
  Position payload_position(std::uint64_t offset) const;

  const Segment* segment_ = nullptr;
  std::uint64_t offset_ = 0;
  std::uint64_t chain_ = 0;
  bool is_chain_known_ = true;
  format::FrameHeader header_;
  std::optional<format::FrameHeader> broken_;
  std::string_view payload_;

  std::vector<char> buffer_;
  std::uint64_t buffer_offset_ = 0;
  std::size_t buffer_count_ = 0;
};

}  // namespace mailrail::log
