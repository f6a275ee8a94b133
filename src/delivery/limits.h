// Limits of what is delivered to HTTP(S) endpoints at one time, and of how long an endpoint may
// take. They keep memory, connections and the wait after a crash bounded.

#pragma once

#include <cstddef>

#include "base/time.h"

namespace mailrail::delivery {

// AWS documents no number; its agents were seen to wait for an answer this long.
inline constexpr Duration request_timeout = 15s;

// Requests that are under way: of one subscription, so that a slow endpoint holds up itself alone,
// and in all, which bounds memory and connections.
inline constexpr std::size_t requests_per_subscription_max = 16;
inline constexpr std::size_t requests_max = 256;
inline constexpr std::size_t request_bytes_max = std::size_t{16} << 20;

// A message is leased for so long while its request is under way: one that waited four seconds for
// a slow disk may still begin, with so much to spare. What is left of the lease when the process
// dies delays the next attempt.
inline constexpr Duration lease_margin = 1s;
inline constexpr Duration lease = 20s;

// A call that waits for messages is asked again after this at the latest, and one that was sent
// back with nothing, because the server is full, waits this long.
inline constexpr Duration wait_max = 1h;
inline constexpr Duration pause_when_refused = 1s;

// New subscriptions that are taken note of in one turn.
inline constexpr std::size_t subscriptions_per_call = 1'000;

}  // namespace mailrail::delivery
