#include "log/file/segment.h"

#include <array>
#include <bit>
#include <utility>

#include <fmt/format.h>

#include "log/salvage_command.h"

namespace mailrail::log {

using format::FrameHeader;
using format::page_bytes;
using format::SegmentHeader;

namespace {

constexpr std::uint64_t bits_per_word = 64;

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

}  // namespace

std::unexpected<Error> damaged(const std::string& path,
                               std::uint64_t offset,
                               std::string_view what) {
  const std::string where = fmt::format("in {} at offset {}", path, offset);
  return std::unexpected(damage_error(directory_of(path), {.where = where, .what = what}));
}

Segment::Segment(std::unique_ptr<File> file, std::string path, SegmentHeader header)
    : file_(std::move(file)),
      path_(std::move(path)),
      header_(header),
      frame_starts_((header.bytes / page_bytes + bits_per_word - 1) / bits_per_word) {}

Result<std::unique_ptr<Segment>> Segment::open(Disk& disk,
                                               format::SegmentKind kind,
                                               std::uint64_t number) {
  std::unique_ptr<Segment> segment = TRY(open_of_any_length(disk, kind, number));
  const std::uint64_t size = TRY(segment->file().size());
  const std::uint64_t bytes = segment->header().bytes;
  if (size < bytes)
    return damaged(segment->path(), size, fmt::format("it should be {} bytes long", bytes));
  return segment;
}

Result<std::unique_ptr<Segment>> Segment::open_of_any_length(Disk& disk,
                                                             format::SegmentKind kind,
                                                             std::uint64_t number) {
  const std::string name = format::segment_name(kind, number);
  std::unique_ptr<File> file = TRY(disk.open_file(name));
  std::array<char, page_bytes> page;
  const std::size_t count = TRY(file->read_at(0, page));
  const std::optional<SegmentHeader> header =
      format::segment_header(std::string_view(page.data(), count), kind);
  if (!header) return damaged(disk.path(name), 0, "the segment's header is not valid");
  if (header->base != format::position_at(number, 0)) {
    return damaged(disk.path(name), 0,
                   fmt::format("it is segment {}", format::segment_of(header->base)));
  }
  return std::unique_ptr<Segment>(new Segment(std::move(file), disk.path(name), *header));
}

FrameHeader Segment::frame_header(std::uint64_t offset,
                                  FrameHeader header,
                                  std::string_view payload) const {
  header.position = header_.base + offset + sizeof header;
  header.length = static_cast<std::uint32_t>(payload.size());
  header.payload_checksum = format::checksum(payload, header_.salt);
  header.checksum = format::header_checksum(header, header_.salt);
  return header;
}

Result<void> Segment::put(const FrameHeader& header, std::string_view payload) {
  static constexpr std::array<char, page_bytes> zeros{};
  const std::uint64_t offset = format::offset_of(header.position) - sizeof header;
  const std::size_t padding = format::frame_extent(payload.size()) - sizeof header - payload.size();
  return file_->write_at(offset, std::array{format::bytes_of(header), payload,
                                            std::string_view(zeros.data(), padding)});
}

Result<void> Segment::write(const FrameHeader& header, std::string_view payload) {
  TRY(put(header, payload));
  TRY(file_->sync());
  mark_frame(format::offset_of(header.position) - sizeof header);
  return {};
}

// Walks the headers of a segment that an earlier run has filled. Damage hides one frame, not those
// behind it: the salt makes any valid header a frame's.
Result<void> Segment::index() const {
  if (is_complete()) return {};
  const std::scoped_lock lock(indexing_);
  if (is_indexed_.load(std::memory_order_relaxed)) return {};
  for (std::uint64_t offset = page_bytes; offset < header_.bytes;) {
    const std::optional<FrameHeader> header = TRY(header_at(offset));
    if (header && header->kind == format::FrameKind::seal) break;
    if (header) mark_frame(offset);
    offset += header ? format::frame_extent(header->length) : page_bytes;
  }
  mark_complete();
  return {};
}

Result<std::optional<FrameHeader>> Segment::header_at(std::uint64_t offset) const {
  std::array<char, sizeof(FrameHeader)> bytes;
  const std::size_t count = TRY(file_->read_at(offset, bytes));
  return header_in(std::string_view(bytes.data(), count), offset);
}

std::optional<FrameHeader> Segment::header_in(std::string_view bytes, std::uint64_t offset) const {
  return format::frame_header(bytes, header_.salt, header_.base + offset + sizeof(FrameHeader));
}

void Segment::mark_frame(std::uint64_t offset) const {
  const std::uint64_t page = offset / page_bytes;
  frame_starts_[page / bits_per_word].fetch_or(std::uint64_t{1} << (page % bits_per_word),
                                               std::memory_order_release);
}

Result<std::optional<std::uint64_t>> Segment::frame_before(std::uint64_t offset) const {
  TRY(index());
  const std::uint64_t page = offset / page_bytes;
  if (page >= header_.bytes / page_bytes) return std::nullopt;
  std::uint64_t mask = ~std::uint64_t{0} >> (bits_per_word - 1 - page % bits_per_word);
  for (std::uint64_t word = page / bits_per_word + 1; word-- > 0; mask = ~std::uint64_t{0}) {
    const std::uint64_t bits = frame_starts_[word].load(std::memory_order_acquire) & mask;
    if (bits != 0)
      return (word * bits_per_word + static_cast<std::uint64_t>(std::bit_width(bits)) - 1) *
             page_bytes;
  }
  return std::nullopt;
}

}  // namespace mailrail::log
