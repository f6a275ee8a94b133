// Which values a fact or a record can have at all.
//
// What was saved of a damaged directory may be read from bytes that only look right. A value that
// mailrail could never have written is refused by these before the engine sees it, as the engine
// trusts what it is given. They know nothing of what is there: only of the value itself.

#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/time.h"
#include "engine/checkpoint.h"

namespace mailrail::ops {

// No value of mailrail's is beyond these: instants up to the year 2109, which is as far as timers
// reach, and numbers with room for more of them.
inline constexpr Duration duration_max{std::int64_t{1} << 40};
inline constexpr Instant instant_max{Duration{std::int64_t{1} << 41}};
inline constexpr std::uint64_t seq_max = std::uint64_t{1} << 47;
inline constexpr std::uint32_t queue_max = std::uint32_t{1} << 31;

inline bool is_possible(Instant at) { return at >= Instant{} && at <= instant_max; }
inline bool is_possible(Duration duration) { return duration >= 0ms && duration <= duration_max; }
inline bool is_possible(Seq seq) { return seq > Seq(0) && seq <= Seq(seq_max); }
inline bool is_possible(QueueId queue) { return queue > QueueId(0) && queue <= QueueId(queue_max); }
inline bool is_possible(const engine::QueueAttributes& attributes) {
  return is_possible(attributes.delay) && is_possible(attributes.retention) &&
         is_possible(attributes.receive_wait) && is_possible(attributes.visibility_timeout);
}
inline bool is_possible(const engine::KeptMessage& message) {
  if (!is_possible(message.seq) || !is_possible(message.sent)) return false;
  if (!message.delivery) return true;
  const engine::KeptDelivery& delivery = *message.delivery;
  return is_possible(delivery.until) && is_possible(delivery.lease_started) &&
         is_possible(delivery.first_received) && is_possible(delivery.origin_queue) &&
         is_possible(delivery.origin_seq);
}

}  // namespace mailrail::ops
