// Publishing: one body for all the queues that a topic delivers to, and what facts do about it.

#include <algorithm>

#include "base/check.h"
#include "base/seeded_bug.h"
#include "engine/engine.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

// Two subscriptions may have one FIFO queue for their dead letters.
bool has_duplicate(const std::vector<Published::Delivery>& deliveries,
                   const Published::Delivery& delivery) {
  return delivery.deduplication_key && !has_bug(SeededBug::delivers_duplicates) &&
         std::ranges::find(deliveries, delivery.deduplication_key,
                           &Published::Delivery::deduplication_key) != deliveries.end();
}

}  // namespace

// --- Deciding.

PublishResult Engine::publish(Turn& turn, const PublishRequest& request) {
  CHECK(request.targets.size() <= deliveries_per_publication_max);
  const Topic* topic = topics_.find(request.topic);
  CHECK(topic != nullptr);
  if (const auto original = original_of(turn.now, request))
    return {.publication = *original, .is_duplicate = true};
  Published fact{.topic = topic->id, .message = {.seq = last_seq_ + 1, .at = turn.now}};
  Seq last = fact.message.seq;
  for (const PublishTarget& each : request.targets) {
    auto delivery = delivery_to(each, *topic, request, turn.now);
    if (!delivery && has_bug(SeededBug::drops_all_for_a_duplicate)) {
      fact.deliveries.clear();
      break;
    }
    if (delivery && !has_duplicate(fact.deliveries, *delivery)) {
      last = delivery->seq = last + 1;
      fact.deliveries.push_back(*delivery);
    }
  }
  fact.message.group = request.group;
  fact.message.deduplication_id = request.deduplication_id;
  if (topic->attributes.is_fifo)
    fact.message.deduplication_key = deduplication_key(*topic, request);
  fact.message.message_bytes = request.message_bytes;
  if (!fact.deliveries.empty()) fact.message.record = request.record;
  std::string body;
  encode_fact(fact.message, body);
  fact.body = body;
  for (const Published::Delivery& each : fact.deliveries) make_room(turn, queue_at(each.queue));
  record(turn, fact);
  return {.publication = fact.message.seq};
}

std::optional<Published::Delivery> Engine::delivery_to(const PublishTarget& target,
                                                       const Topic& topic,
                                                       const PublishRequest& request,
                                                       Instant now) const {
  const Queue& queue = queue_at(target.queue);
  Published::Delivery delivery{.queue = queue.id,
                               .subscription = target.subscription,
                               .is_raw = target.is_raw,
                               .protocol = target.protocol};
  if (!queue.attributes.is_fifo) {
    // "[...] no MessageGroupId" reaches a standard queue by a FIFO topic; by a standard one the
    // tenant does.
    delivery.is_grouped = !topic.attributes.is_fifo && !request.group.empty();
    delivery.delay_seconds = static_cast<std::uint16_t>(
        std::chrono::duration_cast<std::chrono::seconds>(queue.attributes.delay).count());
    return delivery;
  }
  CHECK(topic.attributes.is_fifo && !request.group.empty());
  delivery.is_grouped = true;
  if (queue.attributes.is_delivery_queue()) return delivery;  // Only its topic sends to it.
  const bool mixes_groups = has_bug(SeededBug::deduplicates_across_groups);
  delivery.deduplication_key =
      deduplication_key(queue, SendRequest{.queue = queue.id,
                                           .group = mixes_groups ? "" : request.group,
                                           .deduplication_id = request.deduplication_id});
  if (deduplication_.find(delivery.deduplication_key, now)) return std::nullopt;
  return delivery;
}

std::optional<Seq> Engine::original_of(Instant now, const PublishRequest& request) const {
  const Topic* topic = topics_.find(request.topic);
  CHECK(topic != nullptr);
  if (!topic->attributes.is_fifo) return std::nullopt;
  return deduplication_.find(deduplication_key(*topic, request), now);
}

Hash128 Engine::deduplication_key(const Topic& topic, const PublishRequest& request) const {
  CHECK(!request.deduplication_id.empty());
  const bool is_per_group =
      topic.attributes.deduplication_scope == TopicDeduplicationScope::message_group;
  return identity_->deduplication_key(topic.id, is_per_group ? request.group : std::string_view{},
                                      request.deduplication_id);
}

std::optional<Body> Engine::shared_body(Seq publication) const {
  const Index shared = store_.shared.find(publication);
  return shared == no_index ? std::nullopt : std::optional(store_.shared[shared].body());
}

// --- Applying.

// Its own, or its part in a shared one; that is made if it is the first to have it.
void Engine::place_body(Entry& entry, const Body& body, const std::optional<Share>& share) {
  if (!share) {
    entry.position = body.position;
    entry.length = body.length;
    return;
  }
  entry.is_shared = true;
  entry.is_raw = share->is_raw;
  entry.protocol = share->protocol;
  entry.part = {.body = store_.shared.obtain(share->publication, share->topic, body),
                .subscription = share->subscription.value()};
}

void Engine::on(const Published& fact, const Body& place) {
  const Sent& message = fact.message;
  last_seq_ = std::max(last_seq_, message.seq);
  if (message.deduplication_key)
    deduplication_.remember(message.deduplication_key, message.seq, message.at);
  const Body body{.position = place.position + (place.length - fact.body.size()),
                  .length = static_cast<std::uint32_t>(fact.body.size())};
  for (const Published::Delivery& each : fact.deliveries) {
    last_seq_ = std::max(last_seq_, each.seq);
    if (each.deduplication_key)
      deduplication_.remember(each.deduplication_key, each.seq, message.at);
    const Queue& queue = queue_at(each.queue);
    if (was_swept(queue, each.seq, place)) continue;
    Entry entry;
    entry.seq = each.seq;
    entry.sent = message.at;
    entry.delay_seconds = each.delay_seconds;
    place_body(entry, body,
               Share{.topic = fact.topic,
                     .publication = message.seq,
                     .subscription = each.subscription,
                     .is_raw = each.is_raw,
                     .protocol = each.protocol});
    contents_of(queue).add(entry, each.is_grouped ? message.group : std::string_view{}, nullptr);
  }
}

void Engine::on(const SharedBodyRelocated& fact, const Body& place) {
  const Index shared = store_.shared.find(fact.publication);
  CHECK(shared != no_index || !is_exact(place));
  if (shared != no_index)
    store_.shared.relocate(shared, place.position + (place.length - fact.body.size()));
}

void Engine::on(const SharedBodyDamaged& fact, const Body&) {
  const Index shared = store_.shared.find(fact.publication);
  if (shared != no_index && store_.shared[shared].position == fact.position)
    store_.shared.mark_damaged(shared);
}

}  // namespace mailrail::engine
