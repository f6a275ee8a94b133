#include "cli/limit_options.h"

#include <charconv>

#include <fmt/format.h>

#include "base/size.h"

namespace mailrail::cli {
namespace {

constexpr std::string_view units = "a whole number with KiB, MiB, GiB, TiB, KB, MB, GB or TB";

Result<std::uint64_t> at_least(std::string_view option,
                               std::uint64_t bytes,
                               std::uint64_t bytes_min) {
  if (bytes >= bytes_min) return bytes;
  return fail(errors::unusable, fmt::format("{} must be at least {}, not {}.", option,
                                            size_text(bytes_min), size_text(bytes)));
}

Result<std::uint64_t> memory_bytes(const std::string& text) {
  const std::optional<std::uint64_t> bytes = parse_size(text);
  if (!bytes) {
    return fail(errors::unusable,
                fmt::format("--memory-limit must be a size like 512MiB or 1GiB ({}), not \"{}\".",
                            units, text));
  }
  return at_least("--memory-limit", *bytes, server::memory_bytes_min);
}

std::optional<std::uint32_t> parse_percent(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  std::uint32_t percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && percent >= 1 && percent <= 100 ? std::optional(percent) : std::nullopt;
}

Result<std::uint64_t> disk_bytes(const std::string& text) {
  const std::optional<std::uint64_t> bytes = parse_size(text);
  if (!bytes) {
    return fail(errors::unusable,
                fmt::format("--disk-limit must be a size like 20GB or 512MiB ({}), or a share of "
                            "the volume from 1% to 100%, not \"{}\".",
                            units, text));
  }
  return at_least("--disk-limit", *bytes, server::disk_bytes_min);
}

}  // namespace

Result<server::Options> with_limits(server::Options options, const LimitOptions& given) {
  if (given.memory) options.memory_bytes_max = TRY(memory_bytes(*given.memory));
  if (!given.disk) return options;
  if (const std::optional<std::uint32_t> percent = parse_percent(*given.disk)) {
    options.disk_percent = *percent;
  } else {
    options.disk_bytes_max = TRY(disk_bytes(*given.disk));
  }
  return options;
}

}  // namespace mailrail::cli
