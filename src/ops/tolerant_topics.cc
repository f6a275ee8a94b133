// What a tolerant replay makes of topics and subscriptions. Whatever is left of one whose creation
// is lost says too little to make it again: it is passed over and counted.

#include <limits>
#include <utility>

#include "ops/possible.h"
#include "ops/tolerant_replay.h"

namespace mailrail::ops {

using engine::Body;

// --- Records.

TolerantReplay::Outcome TolerantReplay::put_one(const engine::KeptTopic& record) {
  if (!is_possible(record.topic) || !is_possible(record.created_at) ||
      !is_possible(record.changed_at))
    return Misfit::impossible;
  const engine::Topics& topics = engine_.topics();
  if (topics.find(record.topic) != nullptr || topics.names().contains(record.name))
    return Misfit::topic_there_twice;
  if (engine_.is_founded() && !engine_.objection_to(record).empty()) return Misfit::impossible;
  engine_.restore(record);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::put_one(const engine::KeptSubscription& record) {
  if (!is_possible(record.subscription) || !is_possible(record.since) ||
      !is_possible(record.changed_at))
    return Misfit::impossible;
  if (engine_.topics().find(record.topic) == nullptr) return Misfit::unknown_topic;
  if (engine_.topics().find(record.subscription) != nullptr) return Misfit::topic_there_twice;
  if (engine_.is_founded() && !engine_.objection_to(record).empty()) return Misfit::impossible;
  engine_.restore(record);
  const engine::Queue* queue = engine_.delivery_queue(record.subscription);
  return queue == nullptr || fits(queue->attributes) ? std::nullopt
                                                     : Outcome(Misfit::stray_delivery_queue);
}

TolerantReplay::Outcome TolerantReplay::put_one(const engine::KeptSigningKey& record) {
  const engine::SigningKey& key = record.key;
  if (!is_possible(key.made_at) || key.private_key.empty() || key.certificate.empty())
    return Misfit::impossible;
  engine_.restore(record);
  return std::nullopt;
}

// Unlike messages, topics are exact from the checkpoint's begin on.
TolerantReplay::Outcome TolerantReplay::if_topic_objected(Misfit misfit,
                                                          const engine::Fact& fact,
                                                          const Body& place) {
  if (checkpoint_ == Checkpoint::partial && !is_exact(place)) return std::nullopt;
  return if_objected(misfit, fact, place);
}

// --- Facts. Those from before a checkpoint of which a part is lost may be older than what is
// there.

TolerantReplay::Outcome TolerantReplay::on(const engine::TopicCreated& fact, const Body& place) {
  if (!is_possible(fact.topic) || !is_possible(fact.at)) return Misfit::impossible;
  if (deleted_topics_.contains(fact.topic)) return Misfit::out_of_order;
  if (engine_.topics().find(fact.topic) != nullptr)
    return is_exact(place) ? Outcome(Misfit::topic_there_twice) : std::nullopt;
  // Another topic can only have got the name because the one before was deleted.
  if (const engine::Topic* owner = engine_.topics().find(fact.name)) {
    if (owner->id > fact.topic) return std::nullopt;
    on(engine::TopicDeleted{.topic = owner->id, .at = fact.at}, place);
  }
  const Outcome order = if_topic_objected(Misfit::out_of_order, fact, place);
  engine_.apply(fact, place);
  return order;
}

TolerantReplay::Outcome TolerantReplay::on(const engine::TopicChanged& fact, const Body& place) {
  if (!is_possible(fact.at)) return Misfit::impossible;
  const engine::Topic* topic = engine_.topics().find(fact.topic);
  if (topic == nullptr) return Misfit::unknown_topic;
  if (topic->attributes.is_fifo != fact.attributes.is_fifo) return Misfit::impossible;
  if (is_exact(place) || fact.at >= topic->changed_at) engine_.apply(fact, place);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::on(const engine::TopicDeleted& fact, const Body& place) {
  deleted_topics_.insert(fact.topic);
  const engine::Topic* topic = engine_.topics().find(fact.topic);
  if (topic == nullptr) return Misfit::unknown_topic;
  bool had_some = false;
  for (const auto& [id, each] : topic->subscriptions)
    had_some = delete_delivery_queue(id) || had_some;
  for (const SubscriptionId each : topic->deactivated)
    had_some = delete_delivery_queue(each) || had_some;
  engine_.apply(fact, place);
  return had_some && is_exact(place) ? Outcome(Misfit::stray_delivery_queue) : std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::on(const engine::SubscriptionCreated& fact,
                                           const Body& place) {
  if (!is_possible(fact.subscription) || !is_possible(fact.at)) return Misfit::impossible;
  if (engine_.topics().find(fact.topic) == nullptr) return Misfit::unknown_topic;
  if (deleted_subscriptions_.contains(fact.subscription)) return Misfit::out_of_order;
  if (engine_.topics().find(fact.subscription) != nullptr)
    return is_exact(place) ? Outcome(Misfit::topic_there_twice) : std::nullopt;
  const Outcome order = if_topic_objected(Misfit::out_of_order, fact, place);
  engine_.apply(fact, place);
  return order;
}

template <class Fact>
TolerantReplay::Outcome TolerantReplay::change(const Fact& fact,
                                               const engine::Subscription* subscription,
                                               const Body& place) {
  if (!is_possible(fact.at)) return Misfit::impossible;
  if (subscription == nullptr) return Misfit::unknown_topic;
  if (is_exact(place) || fact.at >= subscription->changed_at) engine_.apply(fact, place);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::on(const engine::SubscriptionChanged& fact,
                                           const Body& place) {
  return change(fact, engine_.topics().find(fact.subscription), place);
}

TolerantReplay::Outcome TolerantReplay::on(const engine::SubscriptionConfirmed& fact,
                                           const Body& place) {
  return change(fact, engine_.topics().find(fact.subscription), place);
}

TolerantReplay::Outcome TolerantReplay::on(const engine::SubscriptionDeactivated& fact,
                                           const Body& place) {
  return change(fact, engine_.topics().find(fact.subscription), place);
}

TolerantReplay::Outcome TolerantReplay::on(const engine::SubscriptionDeleted& fact,
                                           const Body& place) {
  deleted_subscriptions_.insert(fact.subscription);
  const bool had_queue = delete_delivery_queue(fact.subscription);
  if (engine_.topics().find(fact.subscription) == nullptr) return Misfit::unknown_topic;
  engine_.apply(fact, place);
  return had_queue && is_exact(place) ? Outcome(Misfit::stray_delivery_queue) : std::nullopt;
}

// --- Delivery queues.

bool TolerantReplay::fits(const engine::QueueAttributes& attributes) const {
  const engine::Subscription* of = engine_.topics().find(attributes.subscription);
  return of != nullptr && is_http(of->protocol) &&
         engine_.topics().find(of->topic)->attributes.is_fifo == attributes.is_fifo;
}

TolerantReplay::Outcome TolerantReplay::misfit_of_delivery_queue(
    QueueId queue, const engine::QueueAttributes& attributes) const {
  if (!attributes.is_delivery_queue()) return std::nullopt;
  const engine::Queue* there = engine_.delivery_queue(attributes.subscription);
  if (there != nullptr && there->id != queue) return Misfit::queue_there_twice;
  if (engine_.topics().find(attributes.subscription) == nullptr) return Misfit::unknown_topic;
  return fits(attributes) ? std::nullopt : Outcome(Misfit::stray_delivery_queue);
}

// Who deleted a subscription wanted no more of it.
bool TolerantReplay::delete_delivery_queue(SubscriptionId subscription) {
  const engine::Queue* queue = engine_.delivery_queue(subscription);
  if (queue == nullptr) return false;
  on(engine::QueueDeleted{.queue = queue->id}, {});
  return true;
}

void TolerantReplay::settle_deliveries(Random& random) {
  engine::FactWriter unwritten{Position()};
  engine::Turn turn{.now = advanced_, .random = random, .facts = unwritten};
  for (const SubscriptionId each :
       engine_.delivery_queues_after(SubscriptionId(), std::numeric_limits<std::size_t>::max())) {
    const engine::Queue queue = *engine_.delivery_queue(each);
    if (fits(queue.attributes)) continue;
    engine::QueueAttributes attributes = queue.attributes;
    attributes.subscription = {};
    engine_.apply(engine::QueueChanged{.queue = queue.id,
                                       .at = queue.changed_at,
                                       .attributes = attributes,
                                       .tags = queue.tags},
                  {});
    const engine::QueueName name = invented_name(
        queue.id, attributes.is_fifo ? engine::QueueType::fifo : engine::QueueType::standard);
    found_[queue.id] = {.name = name, .created_at = queue.created_at};
    orphaned_[queue.id] = name;
  }
  for (const auto& [id, each] : engine_.topics().subscriptions()) {
    if (is_http(each.protocol)) engine_.obtain_delivery_queue(turn, id);
  }
}

TolerantReplay::Outcome TolerantReplay::on(const engine::SigningKeySet& fact, const Body& place) {
  if (!is_possible(fact.at) || fact.private_key.empty() || fact.certificate.empty())
    return Misfit::impossible;
  const engine::SigningKey* key = engine_.signing_key();
  if (key == nullptr || is_exact(place) || fact.at >= key->made_at) engine_.apply(fact, place);
  return std::nullopt;
}

// Whatever became of its topic, the messages are there. Those of queues that are gone are left out.
TolerantReplay::Outcome TolerantReplay::on(const engine::Published& fact, const Body& place) {
  if (!is_possible(fact.message.at) || !is_possible(fact.message.seq)) return Misfit::impossible;
  Outcome outcome = if_topic_objected(Misfit::unknown_topic, fact, place);
  if (const Outcome order = note_newest(fact.message.seq)) outcome = order;
  engine::Published kept = fact;
  kept.deliveries.clear();
  for (const engine::Published::Delivery& each : fact.deliveries) {
    if (!is_possible(each.queue) || !is_possible(each.seq)) return Misfit::impossible;
    note_newest(each.seq);
    if (!has_queue(each.queue)) {
      outcome = Misfit::unknown_queue;
      if (is_gone(each.queue)) continue;
      // Of a FIFO topic a message has its group in FIFO queues alone.
      invent(each.queue, {.retention = retention_of_invented,
                          .is_fifo = fact.message.deduplication_key && each.is_grouped});
    }
    if (has_message(each.queue, each.seq)) {
      if (is_exact(place)) outcome = Misfit::message_there_twice;
      continue;
    }
    kept.deliveries.push_back(each);
  }
  engine_.apply(kept, place);
  return outcome;
}

// Which messages shared it is lost if the body is not known.
TolerantReplay::Outcome TolerantReplay::on(const engine::SharedBodyRelocated& fact,
                                           const Body& place) {
  const std::optional<Body> body = engine_.shared_body(fact.publication);
  if (!body) return is_exact(place) ? Outcome(Misfit::message_not_there) : std::nullopt;
  if (body->length != fact.body.size()) return Misfit::impossible;
  engine_.apply(fact, place);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::on(const engine::SharedBodyDamaged& fact,
                                           const Body& place) {
  engine_.apply(fact, place);
  return std::nullopt;
}

}  // namespace mailrail::ops
