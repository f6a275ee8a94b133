// The journal's bytes: what stands where in its files. docs/journal-format.md tells the same story
// to other readers.
//
// A segment is a file of 4 KiB pages: one page with its header, then frames, each from a page's
// start to a page's end and padded with zeros, then a seal once no further frame is sure to fit;
// checkpoints lie in segments of the same shape. Every frame's checksum is seeded with a random
// salt of its segment's life, so that bytes a client sent can't imitate a frame. The structs are
// the format: little-endian, no holes. They are for ever: change them only with their version.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "log/frame.h"

namespace mailrail::log::format {

// Of the directory, as its superblock says. Version 1 had no checkpoints and reads as one without.
inline constexpr std::uint32_t format_version = 2;
inline constexpr std::uint32_t segment_version = 1;  // Of a segment and the frames in it.
inline constexpr std::size_t page_bytes = 4096;

// Positions are logical byte offsets: each segment has this much of their space, however long its
// file is.
inline constexpr int segment_shift = 26;
inline constexpr std::uint64_t segment_bytes_min = 3 * page_bytes;  // Header, frame, seal.
inline constexpr std::uint64_t segment_bytes_max = std::uint64_t{1} << segment_shift;

constexpr std::uint64_t to_page_end(std::uint64_t bytes) {
  return (bytes + page_bytes - 1) / page_bytes * page_bytes;
}

// Where in the log a byte of a segment's file is, and back.
constexpr Position position_at(std::uint64_t segment, std::uint64_t offset) {
  return Position((segment << segment_shift) + offset);
}
constexpr std::uint64_t segment_of(Position position) { return position.value() >> segment_shift; }
constexpr std::uint64_t offset_of(Position position) {
  return position.value() & (segment_bytes_max - 1);
}

enum class SegmentKind : std::uint16_t { log = 1, checkpoint = 2 };

// What stood in the file when it became a segment, behind its header.
enum class Before : std::uint16_t {
  zeros = 0,
  anything = 1,  // It was another segment: nothing in it is valid under the new salt.
};

// The first page of a segment; the rest of the page is zeros.
struct SegmentHeader {
  char magic[8] = {'m', 'r', 's', 'e', 'g', 'm', 'n', 't'};
  std::uint32_t version = segment_version;
  SegmentKind kind = SegmentKind::log;
  Before before = Before::zeros;
  Position base = {};       // Of the file's first byte.
  std::uint64_t bytes = 0;  // The file's length.
  std::uint64_t epoch = 0;  // That made the segment.
  std::uint64_t salt =
      0;  // Seeds the frames' checksums; leaves the machine with the whole file only.
  // Checksum of the frame before this segment, which is the seal of the one before it; 0 in the
  // very first, and in the first of a checkpoint.
  std::uint64_t previous = 0;
  std::uint64_t checksum = 0;  // Of all above.
};
static_assert(sizeof(SegmentHeader) == 64);

// In a segment of a checkpoint a frame of facts has records instead.
enum class FrameKind : std::uint16_t { facts = 1, seal = 2 };

// Followed by `length` bytes of payload and zeros to the end of the page. A seal has neither facts
// nor payload.
struct FrameHeader {
  std::uint32_t magic = 0x6d72'666d;  // "mfrm"
  std::uint16_t version = segment_version;
  FrameKind kind = FrameKind::facts;
  Position position = {};   // Of the payload's first byte.
  std::uint64_t epoch = 0;  // That wrote the frame.
  std::uint64_t previous =
      0;                    // The checksum of the frame before, or the segment header's `previous`.
  std::int64_t time = 0;    // Engine time, in milliseconds since 1970; a seal has its last frame's.
  std::uint32_t count = 0;  // Facts in the payload.
  std::uint32_t length = 0;            // Bytes of the payload.
  std::uint64_t payload_checksum = 0;  // Of the payload.
  std::uint64_t checksum = 0;          // Of all above.
};
static_assert(sizeof(FrameHeader) == 64);

// Bytes of the file that a frame takes.
constexpr std::uint64_t frame_extent(std::uint64_t payload_bytes) {
  return to_page_end(sizeof(FrameHeader) + payload_bytes);
}

// A frame is only begun where the largest one and a seal fit, so that its successor's position is
// known before its size.
constexpr bool has_room(std::uint64_t offset,
                        std::uint64_t segment_bytes,
                        std::uint64_t payload_bytes_max) {
  return offset + frame_extent(payload_bytes_max) + page_bytes <= segment_bytes;
}

enum class State : std::uint32_t { running = 1, closed = 2 };

// A finished checkpoint; all zero: there is none. It lies in segments of its own, from `first` on.
struct Checkpoint {
  std::uint64_t first = 0;     // The number of its first segment.
  std::uint64_t segments = 0;  // How many.
  std::uint64_t frames = 0;
  std::uint64_t chain = 0;  // The checksum of its last frame.
  Position begin = {};      // Replay the log from here. Always where a frame begins.
  Position end = {};        // Its sweep ended here: up to here the log must be whole.
  std::int64_t time = 0;    // Engine time then, in milliseconds since 1970.

  explicit operator bool() const { return segments > 0; }
};

// The file JOURNAL: which segments make up the log, and how it was left. Replaced as a whole, never
// changed in place.
struct Superblock {
  char magic[8] = {'m', 'a', 'i', 'l', 'r', 'a', 'i', 'l'};
  std::uint32_t version = format_version;
  State state = State::running;
  std::uint64_t epoch = 0;          // Of the newest owner.
  std::uint64_t first_segment = 0;  // The oldest that is part of the log.
  Position end = {};        // If closed: of the page where the next frame's header will stand.
  std::uint64_t chain = 0;  // If closed: what the next frame's `previous` will be.
  std::uint64_t segment_bytes = 0;      // Of every segment of this directory.
  std::uint64_t payload_bytes_max = 0;  // Of every frame.
  Checkpoint checkpoint = {};
  std::uint64_t checksum = 0;  // Of all above.

  // Is that segment part of the log or of the checkpoint?
  bool needs(SegmentKind kind, std::uint64_t number) const {
    if (kind == SegmentKind::log) return number >= first_segment;
    return number >= checkpoint.first && number - checkpoint.first < checkpoint.segments;
  }
};
static_assert(sizeof(Superblock) == 128);

// XXH3, 64 bits. Headers are summed over everything before their `checksum`, which comes last.
std::uint64_t checksum(std::string_view bytes, std::uint64_t seed);

template <class Header>
std::string_view bytes_of(const Header& header) {
  return {reinterpret_cast<const char*>(&header), sizeof header};
}

template <class Header>
std::uint64_t header_checksum(const Header& header, std::uint64_t seed) {
  return checksum(bytes_of(header).substr(0, sizeof header - sizeof header.checksum), seed);
}

bool is_zeros(std::string_view bytes);

// The header in the bytes, if every part of it is right; a frame's must also say that it stands at
// `position`.
std::optional<SegmentHeader> segment_header(std::string_view page, SegmentKind kind);
std::optional<FrameHeader> frame_header(std::string_view bytes,
                                        std::uint64_t salt,
                                        Position position);
std::optional<Superblock> superblock(std::string_view bytes);

// The version that a superblock of any version claims; nothing if it is none.
std::optional<std::uint32_t> superblock_version(std::string_view bytes);

std::string segment_name(SegmentKind kind, std::uint64_t number);
std::optional<std::uint64_t> segment_named(SegmentKind kind, std::string_view name);

inline constexpr std::string_view superblock_name = "JOURNAL";
inline constexpr std::string_view superblock_draft_name =
    "JOURNAL.new";  // Becomes JOURNAL by a rename.
inline constexpr std::string_view spare_prefix =
    "spare";                                              // Files that become segments by a rename.
inline constexpr std::string_view torn_prefix = "torn-";  // Copies of what a crash tore.

}  // namespace mailrail::log::format
