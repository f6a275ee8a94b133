#include "delivery/take.h"

#include "base/seeded_bug.h"
#include "delivery/courier.h"
#include "delivery/limits.h"
#include "sns/topic_attributes.h"

namespace mailrail::delivery {
namespace {

std::string delivery_policy(const std::map<std::string, std::string>& kept) {
  const auto found = kept.find(std::string(sns::attribute::delivery_policy));
  return found == kept.end() ? std::string() : found->second;
}

broker::Decision wait_for(QueueId queue, Instant now) {
  return {.verdict = broker::Decision::Verdict::wait, .queue = queue, .deadline = now + wait_max};
}

}  // namespace

broker::Decision Roster::decide(engine::Engine& engine, engine::Turn& turn) {
  subscriptions_ = engine.delivery_queues_after(after_, subscriptions_per_call);
  if (!subscriptions_.empty()) return {};
  return wait_for(QueueId{}, turn.now);
}

void Roster::leave(Courier& courier, std::span<const std::string_view>, Instant now) {
  courier.on(*this, now);
}

QueueId Take::takes_from(const engine::Engine& engine) const {
  const engine::Queue* queue = engine.delivery_queue(subscription_);
  return queue == nullptr ? broker::no_queue : queue->id;
}

broker::Decision Take::decide(engine::Engine& engine, engine::Turn& turn) {
  outcome_ = Outcome::nothing;
  const engine::Queue* queue = engine.delivery_queue(subscription_);
  const engine::Subscription* subscription = engine.topics().find(subscription_);
  if (queue == nullptr || subscription == nullptr) {
    outcome_ = Outcome::gone;
    return {};
  }
  if (receive(engine, turn, *queue)) return {.verdict = broker::Decision::Verdict::again};
  if (messages_.empty())
    return outcome_ == Outcome::no_slots ? broker::Decision{} : wait_for(queue->id, turn.now);
  outcome_ = Outcome::taken;
  queue_ = queue->name;
  leased_until_ = turn.now + lease;
  look_at(*engine.topics().find(subscription->topic), *subscription);
  if (has_bug(SeededBug::sends_before_lease)) return {.waits = broker::Decision::Waits::for_bodies};
  return {};
}

// One at a time: of a conversation no second one is given while the first is under way. True if it
// has to be asked in another turn.
bool Take::receive(engine::Engine& engine, engine::Turn& turn, const engine::Queue& queue) {
  while (messages_.size() < count_max_) {
    if (!slots_.take()) {
      outcome_ = Outcome::no_slots;
      return false;
    }
    const engine::ReceiveResult received =
        engine.receive(turn, {.queue = queue.id, .count_max = 1, .visibility_timeout = lease});
    if (received.messages.empty()) {
      slots_.give_back(0);
      return messages_.empty() && received.is_unfinished;
    }
    messages_.push_back(received.messages.front());
    bodies_.push_back(messages_.back().body);
    slots_.use(bodies_.back().length);
  }
  return false;
}

void Take::look_at(const engine::Topic& topic, const engine::Subscription& subscription) {
  own_policy_ = delivery_policy(subscription.attributes.kept);
  topic_policy_ = delivery_policy(topic.attributes.kept);
  target_ = {.subscription = subscription.id,
             .protocol = subscription.protocol,
             .endpoint = subscription.endpoint,
             .content_type = {},
             .signature_version = sns::signature_version_of(topic.attributes)};
}

void Take::leave(Courier& courier, std::span<const std::string_view> sent, Instant now) {
  courier.on(*this, sent, now);
}

}  // namespace mailrail::delivery
