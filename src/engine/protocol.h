// Protocol: how a subscription is delivered: to a queue, or to an HTTP endpoint.
//
// A message that came by a topic keeps it, because each protocol may have a text of its own. Its
// numbers are on disk: they never change.

#pragma once

#include <cstdint>

namespace mailrail::engine {

enum class Protocol : std::uint8_t { sqs = 0, http = 1, https = 2 };

inline constexpr bool is_http(Protocol protocol) { return protocol != Protocol::sqs; }

}  // namespace mailrail::engine
