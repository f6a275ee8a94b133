// Whether something that was read can follow what came before. A whole log never meets an
// objection: its facts were decided by this engine. Bytes with right checksums may still be from a
// bug, or from somebody.

#include <algorithm>
#include <ranges>

#include "engine/engine.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

constexpr std::string_view none = {};
constexpr std::string_view unfounded =
    "nothing comes before a log's founding but in a copy that is not finished";
constexpr std::string_view no_queue = "it names a queue that is not there";
constexpr std::string_view no_message = "it names a message that is not there";
constexpr std::string_view old_seq = "its message does not have a higher number than all before it";
constexpr std::string_view no_group = "a message of a FIFO queue has a group";
constexpr std::string_view no_task = "it names a task that is not running";
constexpr std::string_view too_lenient = "it forgives more receives than there were";
constexpr std::string_view no_topic = "it names a topic that is not there";
constexpr std::string_view no_subscription = "it names a subscription that is not there";
constexpr std::string_view no_key = "it has a key or a certificate of no bytes";
constexpr std::string_view no_endpoint = "its subscription is not that of an HTTP endpoint";
constexpr std::string_view two_delivery_queues = "a subscription has one delivery queue";
constexpr std::string_view other_delivery_type =
    "a delivery queue is a FIFO queue if its topic is a FIFO topic";
constexpr std::string_view left_delivery_queue = "its delivery queue is still there";
constexpr std::string_view other_length = "the body does not have the length of the message's";
constexpr std::string_view far_body = "the body of its message is not in the log before it";

bool can_lie_before(Position body, Position end) {
  return body < end && end.value() - body.value() <= log_span_max;
}

}  // namespace

struct Engine::Sense {
  const Engine& engine;
  Body place = {};

  bool is_exact() const { return engine.is_exact(place); }
  const Topics& topics() const { return engine.topics_; }
  std::string_view message(QueueId id, Seq seq) const {
    const Queue* queue = engine.find_queue(id);
    if (queue == nullptr) return no_queue;
    return is_exact() && engine.find_entry(*queue, seq) == no_index ? no_message : none;
  }
  std::string_view new_message(const Queue& queue, Seq seq, std::string_view group) const {
    if (queue.attributes.is_fifo && group.empty()) return no_group;
    return is_new(seq) ? none : old_seq;
  }
  bool is_new(Seq seq) const {
    return seq > engine.last_seq_ && (seq > engine.restored_seq_max_ || !is_exact());
  }
  static bool is_running(const Queue& queue, Seq task) {
    return queue.is_moving() && queue.move_tasks.back().id == task;
  }

  // --- Facts.

  std::string_view operator()(const Founded&) const {
    return engine.is_founded() ? "a log is founded once" : none;
  }
  std::string_view operator()(const QueueCreated& fact) const {
    if (fact.queue <= engine.last_queue_)
      return "its queue does not have a higher number than all before it";
    if (fact.attributes.is_delivery_queue()) return new_delivery_queue(fact.attributes);
    return engine.names_.contains(fact.name) ? "there is a queue of that name" : none;
  }
  std::string_view new_delivery_queue(const QueueAttributes& attributes) const {
    const Subscription* of = topics().find(attributes.subscription);
    if (of == nullptr) return no_subscription;
    if (engine.delivery_queue(of->id) != nullptr) return two_delivery_queues;
    return delivery_queue_of(of->protocol, topics().find(of->topic)->attributes, attributes);
  }
  static std::string_view delivery_queue_of(Protocol protocol,
                                            const TopicAttributes& topic,
                                            const QueueAttributes& queue) {
    if (!is_http(protocol)) return no_endpoint;
    return topic.is_fifo == queue.is_fifo ? none : other_delivery_type;
  }
  std::string_view operator()(const QueueChanged& fact) const {
    const Queue* queue = engine.find_queue(fact.queue);
    if (queue == nullptr) return no_queue;
    if (queue->attributes.subscription != fact.attributes.subscription)
      return "a delivery queue is its subscription's for ever";
    const bool is_same_type = queue->attributes.is_fifo == fact.attributes.is_fifo;
    return is_same_type ? none : "a queue is a FIFO queue for ever, or never";
  }
  std::string_view operator()(const QueueDeleted& fact) const {
    return engine.find_queue(fact.queue) == nullptr ? no_queue : none;
  }
  std::string_view operator()(const Purged& fact) const {
    if (engine.find_queue(fact.queue) == nullptr) return no_queue;
    const Seq last =
        is_exact() ? std::max(engine.last_seq_, engine.restored_seq_max_) : engine.last_seq_;
    return fact.below_seq > last ? none : "a queue is purged of all that it has";
  }
  std::string_view operator()(const Sent& fact) const {
    const Queue* queue = engine.find_queue(fact.queue);
    return queue == nullptr ? no_queue : new_message(*queue, fact.seq, fact.group);
  }
  std::string_view operator()(const Leased& fact) const { return message(fact.queue, fact.seq); }
  std::string_view operator()(const Removed& fact) const {
    if (engine.find_queue(fact.queue) == nullptr) return no_queue;
    Seq before;
    for (const Seq each : fact.seqs) {
      if (each <= before) return "its messages are not in their order";
      if (const auto objection = message(fact.queue, each); !objection.empty()) return objection;
      before = each;
    }
    return none;
  }
  std::string_view operator()(const Moved& fact) const {
    const Queue* to = engine.find_queue(fact.to);
    if (const auto objection = message(fact.from, fact.from_seq); !objection.empty())
      return objection;
    if (to == nullptr) return no_queue;
    const bool is_same_type =
        engine.find_queue(fact.from)->attributes.is_fifo == to->attributes.is_fifo;
    if (fact.from == fact.to || !is_same_type)
      return "a message moves to another queue of the same type";
    if (!can_lie_before(fact.body.position, place.position)) return far_body;
    return new_message(*to, fact.seq, fact.group);
  }
  std::string_view operator()(const Relocated& fact) const {
    if (const auto objection = message(fact.queue, fact.seq); !objection.empty()) return objection;
    const Index entry = engine.find_entry(engine.queue_at(fact.queue), fact.seq);
    if (entry == no_index) return none;
    if (engine.store_.entries[entry].is_shared) return "the body is not the message's alone";
    return engine.store_.entries[entry].length == fact.sent.size() ? none : other_length;
  }
  std::string_view operator()(const Damaged& fact) const {
    return engine.find_queue(fact.queue) == nullptr ? no_queue : none;
  }
  std::string_view operator()(const MoveTaskStarted& fact) const {
    const Queue* queue = engine.find_queue(fact.queue);
    if (queue == nullptr) return no_queue;
    if (queue->is_moving()) return "one task moves messages out of a queue at a time";
    return is_new(fact.task) ? none : "its task does not have a higher number than all before it";
  }
  std::string_view operator()(const Redriven& fact) const {
    const Queue* to = engine.find_queue(fact.to);
    if (const auto objection = message(fact.from, fact.from_seq); !objection.empty())
      return objection;
    if (to == nullptr) return no_queue;
    const Queue& from = engine.queue_at(fact.from);
    if (fact.from == fact.to || from.attributes.is_fifo != to->attributes.is_fifo)
      return "a message moves to another queue of the same type";
    if (fact.task != Seq() && !is_running(from, fact.task)) return no_task;
    if (!can_lie_before(fact.body.position, place.position)) return far_body;
    return new_message(*to, fact.seq, fact.group);
  }
  std::string_view operator()(const MoveTaskEnded& fact) const {
    const Queue* queue = engine.find_queue(fact.queue);
    if (queue == nullptr) return no_queue;
    return is_running(*queue, fact.task) ? none : no_task;
  }
  std::string_view conversation(QueueId id) const {
    const Queue* queue = engine.find_queue(id);
    if (queue == nullptr) return no_queue;
    return queue->attributes.is_fifo ? none : "only a FIFO queue has conversations to park";
  }
  bool has_group(QueueId id, std::string_view group) const {
    return engine.store_.groups.find(engine.queue_at(id).contents, group) != no_index;
  }
  std::string_view operator()(const ConversationParked& fact) const {
    if (const auto objection = conversation(fact.queue); !objection.empty()) return objection;
    if (is_exact() && !has_group(fact.queue, fact.group))
      return "it names a conversation that is not there";
    return none;
  }
  std::string_view operator()(const ConversationUnparked& fact) const {
    if (const auto objection = conversation(fact.queue); !objection.empty()) return objection;
    const Contents& contents = engine.contents_of(engine.queue_at(fact.queue));
    if (is_exact() && !contents.parked().contains(fact.group))
      return "it names a conversation that is not parked";
    for (const ConversationUnparked::Forgiven& each : fact.forgiven) {
      if (const auto objection = message(fact.queue, each.seq); !objection.empty())
        return objection;
      const Index entry = contents.find(each.seq);
      if (entry == no_index) continue;
      const Delivery* delivery = engine.delivery_of(engine.store_.entries[entry]);
      if (delivery == nullptr || delivery->receive_count < each.receive_count) return too_lenient;
    }
    return none;
  }

  std::string_view operator()(const Published& fact) const {
    if (topics().find(fact.topic) == nullptr) return no_topic;
    if (!is_new(fact.message.seq)) return old_seq;
    for (const Published::Delivery& each : fact.deliveries) {
      const Queue* queue = engine.find_queue(each.queue);
      if (queue == nullptr) return no_queue;
      if (queue->attributes.is_fifo && (!each.is_grouped || fact.message.group.empty()))
        return no_group;
    }
    return none;
  }
  std::string_view operator()(const SharedBodyRelocated& fact) const {
    const std::optional<Body> body = engine.shared_body(fact.publication);
    if (!body) return is_exact() ? "it names a publication that nobody has" : none;
    return body->length == fact.body.size() ? none : other_length;
  }
  std::string_view operator()(const SharedBodyDamaged&) const { return none; }

  // Topics are in a checkpoint as they were at its begin: from there on these hold exactly.
  std::string_view operator()(const TopicCreated& fact) const {
    if (fact.topic <= topics().last_topic())
      return "its topic does not have a higher number than all before it";
    return topics().names().contains(fact.name) ? "there is a topic of that name" : none;
  }
  std::string_view operator()(const TopicChanged& fact) const {
    const Topic* topic = topics().find(fact.topic);
    if (topic == nullptr) return no_topic;
    const bool is_same_type = topic->attributes.is_fifo == fact.attributes.is_fifo;
    return is_same_type ? none : "a topic is a FIFO topic for ever, or never";
  }
  std::string_view operator()(const TopicDeleted& fact) const {
    const Topic* topic = topics().find(fact.topic);
    if (topic == nullptr) return no_topic;
    const auto delivers = [&](SubscriptionId id) { return engine.delivery_queue(id) != nullptr; };
    const bool has_left = std::ranges::any_of(topic->subscriptions | std::views::keys, delivers) ||
                          std::ranges::any_of(topic->deactivated, delivers);
    return has_left ? left_delivery_queue : none;
  }
  std::string_view operator()(const SubscriptionCreated& fact) const {
    if (topics().find(fact.topic) == nullptr) return no_topic;
    return fact.subscription <= topics().last_subscription()
               ? "its subscription does not have a higher number than all before it"
               : none;
  }
  std::string_view subscription(SubscriptionId id) const {
    return topics().find(id) == nullptr ? no_subscription : none;
  }
  std::string_view operator()(const SubscriptionChanged& fact) const {
    return subscription(fact.subscription);
  }
  std::string_view operator()(const SubscriptionConfirmed& fact) const {
    return subscription(fact.subscription);
  }
  std::string_view operator()(const SubscriptionDeactivated& fact) const {
    return subscription(fact.subscription);
  }
  std::string_view operator()(const SubscriptionDeleted& fact) const {
    if (engine.delivery_queue(fact.subscription) != nullptr) return left_delivery_queue;
    return subscription(fact.subscription);
  }
  std::string_view operator()(const SigningKeySet& fact) const {
    return fact.private_key.empty() || fact.certificate.empty() ? no_key : none;
  }

  // --- Records.

  std::string_view operator()(const CheckpointBegin&) const {
    return engine.is_founded() ? "a checkpoint begins once" : none;
  }
  std::string_view operator()(const KeptQueue& record) const {
    if (record.queue > engine.last_queue_) return "its queue is younger than the checkpoint";
    if (record.attributes.is_delivery_queue()) {
      if (record.attributes.subscription > topics().last_subscription())
        return "its subscription is younger than the checkpoint";
      if (engine.delivery_queue(record.attributes.subscription) != nullptr)
        return two_delivery_queues;
    }
    if (engine.find_queue(record.queue) != nullptr || engine.find_queue(record.name) != nullptr)
      return "there is a queue of that number or name";
    return none;
  }
  std::string_view operator()(const KeptMessages& record) const {
    const Queue* queue = engine.find_queue(record.queue);
    if (queue == nullptr) return no_queue;
    const bool is_behind = record.messages.empty() || record.queue > engine.restored_queue_ ||
                           (record.queue == engine.restored_queue_ &&
                            record.messages.front().seq > engine.restored_seq_);
    if (!is_behind) return "its messages are not in their order";
    for (const KeptMessage& each : record.messages) {
      if (!can_lie_before(each.body.position, engine.inexact_until_)) return far_body;
      if (queue->attributes.is_fifo && each.group.empty()) return no_group;
      if (each.delivery && each.delivery->forgiven > each.delivery->receive_count)
        return too_lenient;
    }
    return none;
  }
  std::string_view operator()(const SweptQueue& record) const {
    return engine.find_queue(record.queue) == nullptr ? no_queue : none;
  }
  std::string_view operator()(const KeptDeduplication&) const { return none; }
  std::string_view operator()(const KeptAttempt&) const { return none; }
  std::string_view operator()(const KeptMoveTask& record) const {
    const Queue* queue = engine.find_queue(record.queue);
    if (queue == nullptr) return no_queue;
    if (record.task.id > engine.last_seq_) return "its task is younger than the checkpoint";
    if (queue->move_tasks.empty()) return none;
    if (queue->move_tasks.size() >= move_tasks_kept_max) return "more tasks than are kept";
    const bool follows = !queue->is_moving() && record.task.id > queue->move_tasks.back().id;
    return follows ? none : "its tasks are not in their order";
  }
  std::string_view operator()(const KeptRecent&) const { return none; }
  std::string_view operator()(const KeptParked& record) const { return conversation(record.queue); }
  std::string_view operator()(const KeptTopic& record) const {
    if (record.topic > topics().last_topic()) return "its topic is younger than the checkpoint";
    if (topics().find(record.topic) != nullptr || topics().names().contains(record.name))
      return "there is a topic of that number or name";
    return none;
  }
  std::string_view operator()(const KeptSubscription& record) const {
    const Topic* topic = topics().find(record.topic);
    if (topic == nullptr) return no_topic;
    if (record.subscription > topics().last_subscription())
      return "its subscription is younger than the checkpoint";
    if (topics().find(record.subscription) != nullptr)
      return "there is a subscription of that number";
    const Queue* queue = engine.delivery_queue(record.subscription);
    return queue == nullptr
               ? none
               : delivery_queue_of(record.protocol, topic->attributes, queue->attributes);
  }
  std::string_view operator()(const KeptSigningKey& record) const {
    if (record.key.private_key.empty() || record.key.certificate.empty()) return no_key;
    return engine.signing_key() == nullptr ? none : "there is a signing key already";
  }
};

std::string_view Engine::objection_to(const CheckpointRecord& record) const {
  if (!is_founded() && !std::holds_alternative<CheckpointBegin>(record)) return unfounded;
  return std::visit(Sense{.engine = *this}, record);
}

std::string_view Engine::objection_to(const Fact& fact, const Body& place) const {
  if (!is_founded() && !std::holds_alternative<Founded>(fact)) return unfounded;
  return std::visit(Sense{.engine = *this, .place = place}, fact);
}

}  // namespace mailrail::engine
