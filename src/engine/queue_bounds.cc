#include "engine/queue_bounds.h"

#include <charconv>

#include <fmt/format.h>

#include "base/size.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

using Tags = std::map<std::string, std::string>;

const std::string* find(const Tags& tags, std::string_view key) {
  const auto found = tags.find(std::string(key));
  return found == tags.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> read_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// Which tag, and what it may say.
struct Range {
  std::string_view key;
  std::uint64_t max;
};

std::expected<std::optional<std::uint64_t>, BadTag> read_count(const Tags& tags,
                                                               const Range& range) {
  const std::string* text = find(tags, range.key);
  if (text == nullptr) return std::nullopt;
  const std::optional<std::uint64_t> number = read_number(*text);
  if (number && *number >= 1 && *number <= range.max) return number;
  return std::unexpected(BadTag{.value = *text,
                                .reason = fmt::format("The tag {} must be a whole number from 1 to "
                                                      "{}",
                                                      range.key, range.max)});
}

std::expected<std::optional<std::uint64_t>, BadTag> read_size(const Tags& tags) {
  const std::string* text = find(tags, max_bytes_tag);
  if (text == nullptr) return std::nullopt;
  const std::optional<std::uint64_t> bytes = parse_size(*text);
  if (bytes && *bytes > 0) return bytes;
  return std::unexpected(
      BadTag{.value = *text,
             .reason = fmt::format("The tag {} must be a whole number and a unit, like 500MiB or "
                                   "20GB",
                                   max_bytes_tag)});
}

// The number of the word that the tag says; the first if there is none.
std::expected<std::size_t, BadTag> read_word(const Tags& tags,
                                             std::string_view key,
                                             std::string_view first,
                                             std::string_view second) {
  const std::string* text = find(tags, key);
  if (text == nullptr || *text == first) return 0;
  if (*text == second) return 1;
  return std::unexpected(BadTag{
      .value = *text,
      .reason = fmt::format("The tag {} can only have the values {} and {}", key, first, second)});
}

}  // namespace

std::expected<QueueBounds, BadTag> read_bounds(const Tags& tags) {
  if (tags.empty()) return QueueBounds{};
  QueueBounds bounds;
  const auto messages = read_count(tags, {.key = max_messages_tag, .max = bounded_messages_max});
  if (!messages) return std::unexpected(messages.error());
  const auto bytes = read_size(tags);
  if (!bytes) return std::unexpected(bytes.error());
  const auto on_full = read_word(tags, on_full_tag, "reject", "drop-oldest");
  if (!on_full) return std::unexpected(on_full.error());
  const auto rate = read_count(tags, {.key = send_rate_tag, .max = send_rate_max});
  if (!rate) return std::unexpected(rate.error());
  const auto paused = read_word(tags, paused_tag, "false", "true");
  if (!paused) return std::unexpected(paused.error());
  bounds.messages_max = *messages;
  bounds.bytes_max = *bytes;
  bounds.on_full = *on_full == 1 ? OnFull::drop_oldest : OnFull::reject;
  if (*rate) bounds.sends_per_second = static_cast<std::uint32_t>(**rate);
  bounds.is_paused = *paused == 1;
  return bounds;
}

}  // namespace mailrail::engine
