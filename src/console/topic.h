// Topic: one thing that a page wants to see change, as a stream's parameter `topics` names it:
// `server`, `queues`, `tail:orders`.
//
// A page follows a few; what it says is bounded and never believed: whether there is such a queue,
// and whether the caller may see it, is asked anew each time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mailrail::console {

struct Topic {
  enum class Kind : std::uint8_t {
    server,
    queues,
    conversations,
    consumers,
    history,
    tail,
    topics,
    activity,
  };

  Kind kind = Kind::server;
  std::string queue = {};  // Empty: all, where that is possible.

  friend bool operator==(const Topic&, const Topic&) = default;
};

inline constexpr std::size_t topics_max = 16;

std::string_view name_of(Topic::Kind kind);
// As it was asked for.
std::string text_of(const Topic& topic);

// The value of the parameter: topics, with commas between.
Result<std::vector<Topic>> parse_topics(std::string_view value);

}  // namespace mailrail::console
