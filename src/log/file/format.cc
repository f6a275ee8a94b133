#include "log/file/format.h"

#include <charconv>
#include <cstring>

#include <fmt/format.h>
#include <xxhash.h>

namespace mailrail::log::format {
namespace {

constexpr std::size_t segment_digits = 12;

std::string_view prefix_of(SegmentKind kind) {
  return kind == SegmentKind::log ? "segment-" : "checkpoint-";
}

// What stands in a superblock of version 1: the first fields, and the checksum behind them.
constexpr std::size_t superblock_v1_bytes = 56;
constexpr std::uint64_t segment_bytes_v1 = std::uint64_t{64} << 20;

template <class Header>
std::optional<Header> header_in(std::string_view bytes, std::uint64_t seed) {
  Header header;
  if (bytes.size() < sizeof header) return std::nullopt;
  const Header expected;
  std::memcpy(&header, bytes.data(), sizeof header);
  const bool is_ours = std::memcmp(&header.magic, &expected.magic, sizeof header.magic) == 0;
  if (!is_ours || header.version != expected.version) return std::nullopt;
  if (header.checksum != header_checksum(header, seed)) return std::nullopt;
  return header;
}

std::optional<Superblock> superblock_v1(std::string_view bytes) {
  const std::size_t summed = superblock_v1_bytes - sizeof(std::uint64_t);
  std::uint64_t recorded = 0;
  std::memcpy(&recorded, bytes.data() + summed, sizeof recorded);
  if (recorded != checksum(bytes.substr(0, summed), 0)) return std::nullopt;
  Superblock block;
  bytes.copy(reinterpret_cast<char*>(&block), summed);
  block.version = format_version;
  block.segment_bytes = segment_bytes_v1;
  block.payload_bytes_max = frame_bytes_max;
  return block;
}

bool is_possible(const Superblock& block) {
  const Checkpoint& checkpoint = block.checkpoint;
  const bool can_be_replayed =
      !checkpoint ||
      (segment_of(checkpoint.begin) >= block.first_segment && checkpoint.begin <= checkpoint.end);
  return can_be_replayed && block.segment_bytes % page_bytes == 0 &&
         block.segment_bytes >= segment_bytes_min && block.segment_bytes <= segment_bytes_max &&
         block.payload_bytes_max > 0 && block.payload_bytes_max <= frame_bytes_max &&
         has_room(page_bytes, block.segment_bytes, block.payload_bytes_max);
}

}  // namespace

std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

bool is_zeros(std::string_view bytes) {
  return bytes.empty() ||
         (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::optional<SegmentHeader> segment_header(std::string_view page, SegmentKind kind) {
  const std::optional<SegmentHeader> header = header_in<SegmentHeader>(page, 0);
  if (!header || header->kind != kind || header->before > Before::anything) return std::nullopt;
  if (header->bytes % page_bytes != 0) return std::nullopt;
  if (header->bytes < segment_bytes_min || header->bytes > segment_bytes_max) return std::nullopt;
  if (page.size() != page_bytes || !is_zeros(page.substr(sizeof *header))) return std::nullopt;
  return header;
}

std::optional<FrameHeader> frame_header(std::string_view bytes,
                                        std::uint64_t salt,
                                        Position position) {
  const std::optional<FrameHeader> header = header_in<FrameHeader>(bytes, salt);
  if (!header || header->position != position) return std::nullopt;
  const bool is_facts =
      header->kind == FrameKind::facts && header->length > 0 && header->length <= frame_bytes_max;
  const bool is_seal = header->kind == FrameKind::seal && header->length == 0;
  if (!is_facts && !is_seal) return std::nullopt;
  return header;
}

std::optional<Superblock> superblock(std::string_view bytes) {
  if (superblock_version(bytes) == 1 && bytes.size() == superblock_v1_bytes)
    return superblock_v1(bytes);
  if (bytes.size() != sizeof(Superblock)) return std::nullopt;
  const std::optional<Superblock> block = header_in<Superblock>(bytes, 0);
  if (!block || !is_possible(*block)) return std::nullopt;
  return block;
}

std::optional<std::uint32_t> superblock_version(std::string_view bytes) {
  const Superblock expected;
  const std::string_view magic(expected.magic, sizeof expected.magic);
  std::uint32_t version = 0;
  if (bytes.size() < magic.size() + sizeof version || !bytes.starts_with(magic))
    return std::nullopt;
  std::memcpy(&version, bytes.data() + magic.size(), sizeof version);
  return version;
}

std::string segment_name(SegmentKind kind, std::uint64_t number) {
  return fmt::format("{}{:0{}}", prefix_of(kind), number, segment_digits);
}

std::optional<std::uint64_t> segment_named(SegmentKind kind, std::string_view name) {
  if (!name.starts_with(prefix_of(kind))) return std::nullopt;
  name.remove_prefix(prefix_of(kind).size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (name.size() != segment_digits || error != std::errc() || end != name.data() + name.size())
    return std::nullopt;
  return number;
}

}  // namespace mailrail::log::format
