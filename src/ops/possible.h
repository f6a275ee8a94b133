// Which values a fact or a record can have at all.
//
// What was saved of a damaged directory may be read from bytes that only look right. A value that
// mailrail could never have written is refused by these before the engine sees it, as the engine
// trusts what it is given. They know nothing of what is there: only of the value itself.

#pragma once

#include "base/ids.h"
#include "base/time.h"
#include "engine/checkpoint.h"
#include "engine/limits.h"

namespace mailrail::ops {

inline bool is_possible(Instant at) {
  return at >= Instant{} && unix_ms(at) <= engine::instant_ms_max;
}
inline bool is_possible(Duration duration) {
  return duration >= 0ms && duration.count() <= engine::duration_ms_max;
}
inline bool is_possible(Seq seq) { return seq > Seq(0) && seq <= Seq(engine::seq_max); }
inline bool is_possible(QueueId queue) {
  return queue > QueueId(0) && queue <= QueueId(engine::queue_id_max);
}
inline bool is_possible(TopicId topic) {
  return topic > TopicId(0) && topic <= TopicId(engine::topic_id_max);
}
inline bool is_possible(SubscriptionId subscription) {
  return subscription > SubscriptionId(0) &&
         subscription <= SubscriptionId(engine::subscription_id_max);
}
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
         is_possible(delivery.origin_seq) && delivery.forgiven <= delivery.receive_count;
}

}  // namespace mailrail::ops
