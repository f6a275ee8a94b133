// What a tolerant replay makes of topics and subscriptions. Whatever is left of one whose creation
// is lost says too little to make it again: it is passed over and counted.

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
  if (engine_.topics().find(fact.topic) == nullptr) return Misfit::unknown_topic;
  engine_.apply(fact, place);
  return std::nullopt;
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

TolerantReplay::Outcome TolerantReplay::on(const engine::SubscriptionDeleted& fact,
                                           const Body& place) {
  deleted_subscriptions_.insert(fact.subscription);
  if (engine_.topics().find(fact.subscription) == nullptr) return Misfit::unknown_topic;
  engine_.apply(fact, place);
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
      invent(each.queue, {.retention = retention_of_invented,
                          .is_fifo = static_cast<bool>(each.deduplication_key)});
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
