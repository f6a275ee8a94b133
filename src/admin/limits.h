// What the administrative API gives at most at a time. All of it is ours: so that no answer takes a
// turn or a thread for long, and an operator still sees enough at once.

#pragma once

#include <cstddef>

namespace mailrail::admin::limits {

// A page of messages, and the bytes of their bodies; one message may be longer.
inline constexpr int peeked_messages_max = 100;
inline constexpr int peeked_messages_default = 10;
inline constexpr std::size_t peeked_bytes_max = std::size_t{4} << 20;

// A call that finds nothing that it looks for goes on in so many turns, then with another call.
inline constexpr std::size_t turns_per_walk_max = 256;

// Messages that one call moves.
inline constexpr std::size_t redriven_messages_max = 100;

// A piece of a backup.
inline constexpr int backup_bytes_max = 1 << 20;

// A page of events.
inline constexpr int listed_events_max = 1000;
inline constexpr int listed_events_default = 100;

// A queue that is described names so many of those whose dead letters it gets.
inline constexpr std::size_t dead_letter_sources_max = 10;

}  // namespace mailrail::admin::limits
