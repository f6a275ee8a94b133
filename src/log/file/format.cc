#include "log/file/format.h"

#include <charconv>
#include <cstring>

#include <fmt/format.h>
#include <xxhash.h>

namespace mailrail::log::format {
namespace {

constexpr std::string_view segment_prefix = "segment-";
constexpr std::size_t segment_digits = 12;

template <class Header>
std::optional<Header> header_in(std::string_view bytes, std::uint64_t seed) {
  Header header;
  if (bytes.size() < sizeof header) return std::nullopt;
  const Header expected;
  std::memcpy(&header, bytes.data(), sizeof header);
  const bool is_ours = std::memcmp(&header.magic, &expected.magic, sizeof header.magic) == 0;
  if (!is_ours || header.version != format_version) return std::nullopt;
  if (header.checksum != header_checksum(header, seed)) return std::nullopt;
  return header;
}

}  // namespace

std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

bool is_zeros(std::string_view bytes) {
  return bytes.empty() ||
         (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::optional<SegmentHeader> segment_header(std::string_view page) {
  const std::optional<SegmentHeader> header = header_in<SegmentHeader>(page, 0);
  if (!header || header->kind != SegmentKind::log) return std::nullopt;
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
  if (bytes.size() != sizeof(Superblock)) return std::nullopt;
  return header_in<Superblock>(bytes, 0);
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

std::string segment_name(std::uint64_t segment) {
  return fmt::format("{}{:0{}}", segment_prefix, segment, segment_digits);
}

std::optional<std::uint64_t> segment_named(std::string_view name) {
  if (!name.starts_with(segment_prefix)) return std::nullopt;
  name.remove_prefix(segment_prefix.size());
  std::uint64_t segment = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), segment);
  if (name.size() != segment_digits || error != std::errc() || end != name.data() + name.size())
    return std::nullopt;
  return segment;
}

}  // namespace mailrail::log::format
