// Busiest: the conversation, or tenant, that more than half of a queue's messages belong to, if
// there is one.
//
// Looked for among a thousand messages at a time, by two counters and a name: whoever has more than
// half of them outlasts all others.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailrail::broker {

class Busiest {
 public:
  static constexpr std::uint32_t looked_at = 1000;

  struct Found {
    std::string group;
    std::uint32_t messages = 0;  // At least so many of those that were looked at.
  };

  // A message that came. Of no group: it counts all the same.
  void add(std::string_view group);
  // Of the last thousand that are complete.
  const std::optional<Found>& found() const { return found_; }

 private:
  std::string candidate_;
  std::uint32_t lead_ = 0;   // It was met so much more often than all others.
  std::uint32_t met_ = 0;    // Since it became the candidate.
  std::uint32_t count_ = 0;  // Of all that were looked at.
  std::optional<Found> found_;
};

}  // namespace mailrail::broker
