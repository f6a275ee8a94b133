// QueueBounds: what a queue's tags say of how much it may hold, how fast it may grow, and whether
// it gives anything.
//
// They are tags and no attributes, so that the same template is harmless on AWS. The engine reads
// them from the tags that its facts have: nothing else of them is stored. What a tag says that was
// there before it meant something, and means nothing, is not so.

#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mailrail::engine {

inline constexpr std::string_view tag_prefix = "mailrail:";
inline constexpr std::string_view max_messages_tag = "mailrail:max-messages";
inline constexpr std::string_view max_bytes_tag = "mailrail:max-bytes";
inline constexpr std::string_view on_full_tag = "mailrail:on-full";
inline constexpr std::string_view send_rate_tag = "mailrail:send-rate";
inline constexpr std::string_view paused_tag = "mailrail:paused";

enum class OnFull : std::uint8_t { reject, drop_oldest };

struct QueueBounds {
  // Of the queue, in any state. With so much it is full: the message that reaches it is the last.
  std::optional<std::uint64_t> messages_max = {};
  std::optional<std::uint64_t> bytes_max = {};
  OnFull on_full = OnFull::reject;
  std::optional<std::uint32_t> sends_per_second = {};
  bool is_paused = false;  // Receives get nothing.

  friend bool operator==(const QueueBounds&, const QueueBounds&) = default;
};

// A tag's value that means nothing, and what would be right: a sentence without its full stop.
struct BadTag {
  std::string value;
  std::string reason;
};

std::expected<QueueBounds, BadTag> read_bounds(const std::map<std::string, std::string>& tags);

// None where a tag says something else than there is.
inline QueueBounds bounds_in(const std::map<std::string, std::string>& tags) {
  return read_bounds(tags).value_or(QueueBounds{});
}

}  // namespace mailrail::engine
