#include "log/file/body_reader.h"

#include <array>

#include <fmt/format.h>

#include "base/seeded_bug.h"

namespace mailrail::log {

using format::FrameHeader;

namespace {

// Never told: read() makes nothing of it.
constexpr ErrorKind would_wait{.name = "WouldWait", .query_code = "WouldWait", .http_status = 500};

}  // namespace

std::optional<Result<std::string>> BodyReader::read(const Segment& segment,
                                                    Position position,
                                                    std::size_t length) {
  if (waits_ == Waits::no && !segment.is_complete()) return std::nullopt;
  Result<std::string> bytes = find(segment, format::offset_of(position), length);
  if (!bytes && bytes.error().kind == &would_wait) return std::nullopt;
  return bytes;
}

Result<std::string> BodyReader::find(const Segment& segment,
                                     std::uint64_t offset,
                                     std::size_t length) {
  const auto absent = [&] {
    return damaged(segment.path(), offset,
                   fmt::format("there are no {} bytes of one frame", length));
  };
  const std::optional<std::uint64_t> start = TRY(segment.frame_before(offset));
  if (!start) return absent();
  const std::uint64_t payload_start = *start + sizeof(FrameHeader);
  if (header_.position != segment.header().base + payload_start) TRY(take_frame(segment, *start));
  if (offset < payload_start || length > header_.length ||
      offset - payload_start > header_.length - length)
    return absent();
  if (header_.length <= verified_bytes_max) return payload_.substr(offset - payload_start, length);
  std::string bytes(length, '\0');
  if (!TRY(fill(segment, offset, bytes))) return absent();
  return bytes;
}

Result<void> BodyReader::take_frame(const Segment& segment, std::uint64_t start) {
  header_ = {};
  std::array<char, sizeof(FrameHeader)> bytes;
  std::optional<FrameHeader> header;
  if (TRY(fill(segment, start, bytes)))
    header = segment.header_in(std::string_view(bytes.data(), bytes.size()), start);
  if (!header) return damaged(segment.path(), start, "the frame's header is not valid");
  payload_.resize(header->length <= verified_bytes_max ? header->length : 0);
  const bool is_whole = TRY(fill(segment, start + sizeof(FrameHeader), payload_));
  const bool is_valid =
      payload_.empty() ||
      format::checksum(payload_, segment.header().salt) == header->payload_checksum ||
      has_bug(SeededBug::believes_any_payload);
  if (!is_whole || !is_valid)
    return damaged(segment.path(), start, "the frame's payload is not valid");
  header_ = *header;
  return {};
}

// False if the file ends before.
Result<bool> BodyReader::fill(const Segment& segment,
                              std::uint64_t offset,
                              std::span<char> out) const {
  if (waits_ == Waits::yes) return TRY(segment.file().read_at(offset, out)) == out.size();
  if (TRY(segment.file().read_cached(offset, out)) < out.size()) return fail(would_wait, {});
  return true;
}

}  // namespace mailrail::log
