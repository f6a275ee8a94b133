// Deciding about topics and subscriptions. Whether what is asked for exists already was compared
// before, by the service whose words it is in.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/check.h"
#include "base/seeded_bug.h"
#include "engine/engine.h"
#include "engine/limits.h"

namespace mailrail::engine {

TopicId Engine::create_topic(Turn& turn,
                             const TopicName& name,
                             const TopicAttributes& attributes,
                             const std::map<std::string, std::string>& tags) {
  CHECK(topics_.find(name) == nullptr);
  const TopicId topic(topics_.last_topic().value() + 1);
  record(turn,
         TopicCreated{
             .topic = topic, .at = turn.now, .name = name, .attributes = attributes, .tags = tags});
  return topic;
}

void Engine::change_topic(Turn& turn,
                          TopicId topic,
                          const TopicAttributes& attributes,
                          const std::map<std::string, std::string>& tags) {
  CHECK(topics_.find(topic) != nullptr);
  record(turn,
         TopicChanged{.topic = topic, .at = turn.now, .attributes = attributes, .tags = tags});
}

void Engine::delete_topic(Turn& turn, TopicId topic) {
  const Topic* deleted = topics_.find(topic);
  CHECK(deleted != nullptr);
  for (const auto& [id, each] : deleted->subscriptions) delete_delivery_queue(turn, id);
  for (const SubscriptionId each : deleted->deactivated) delete_delivery_queue(turn, each);
  record(turn, TopicDeleted{.topic = topic, .at = turn.now});
}

SubscriptionId Engine::subscribe(Turn& turn, const SubscribeRequest& request) {
  CHECK(topics_.find(request.topic) != nullptr);
  const SubscriptionId subscription(topics_.last_subscription().value() + 1);
  record(turn, SubscriptionCreated{.subscription = subscription,
                                   .topic = request.topic,
                                   .at = turn.now,
                                   .protocol = request.protocol,
                                   .endpoint = std::string(request.endpoint),
                                   .queue = request.queue,
                                   .state = request.state,
                                   .was_authenticated = request.was_authenticated,
                                   .attributes = request.attributes});
  if (is_http(request.protocol)) obtain_delivery_queue(turn, subscription);
  return subscription;
}

void Engine::change_subscription(Turn& turn,
                                 SubscriptionId subscription,
                                 const SubscriptionAttributes& attributes) {
  CHECK(topics_.find(subscription) != nullptr);
  record(turn, SubscriptionChanged{
                   .subscription = subscription, .at = turn.now, .attributes = attributes});
}

void Engine::confirm(Turn& turn, SubscriptionId subscription, const Confirmation& confirmation) {
  CHECK(topics_.find(subscription) != nullptr);
  record(turn, SubscriptionConfirmed{
                   .subscription = subscription,
                   .at = turn.now,
                   .was_authenticated = confirmation.was_authenticated,
                   .must_authenticate_unsubscribe = confirmation.must_authenticate_unsubscribe});
}

void Engine::unsubscribe(Turn& turn, SubscriptionId subscription) {
  CHECK(topics_.find(subscription) != nullptr);
  delete_delivery_queue(turn, subscription);
  record(turn, SubscriptionDeleted{.subscription = subscription, .at = turn.now});
}

void Engine::set_signing_key(Turn& turn,
                             const std::string& private_key,
                             const std::string& certificate) {
  CHECK(!private_key.empty() && !certificate.empty());
  record(turn,
         SigningKeySet{.at = turn.now, .private_key = private_key, .certificate = certificate});
}

void Engine::deactivate(Turn& turn, SubscriptionId subscription) {
  const Subscription* ended = topics_.find(subscription);
  CHECK(ended != nullptr && is_http(ended->protocol));
  const std::set<SubscriptionId>& deactivated = topics_.find(ended->topic)->deactivated;
  if (deactivated.size() >= deactivated_subscriptions_max) {
    unsubscribe(turn, *std::ranges::min_element(deactivated, {}, [&](SubscriptionId each) {
                  return topics_.find(each)->since;
                }));
  }
  record(turn, SubscriptionDeactivated{.subscription = subscription, .at = turn.now});
  const QueueId queue = obtain_delivery_queue(turn, subscription);
  record(turn, Purged{.queue = queue, .below_seq = last_seq_ + 1, .at = turn.now});
}

bool Engine::remove_lapsed(Turn& turn, std::size_t count_max) {
  for (; count_max > 0; --count_max) {
    const std::optional<Instant> next = next_lapse();
    if (!next || *next > turn.now) return true;
    unsubscribe(turn, topics_.first_to_lapse()->id);
  }
  return false;
}

std::optional<Instant> Engine::next_lapse() const {
  const Subscription* first = topics_.first_to_lapse();
  if (first == nullptr) return std::nullopt;
  return std::max(first->since + confirmation_life, retention_starts_);
}

// --- Delivery queues.

const Queue* Engine::delivery_queue(SubscriptionId subscription) const {
  const auto found = delivery_queues_.find(subscription);
  return found == delivery_queues_.end() ? nullptr : &queue_at(found->second);
}

// Its name has spaces, so that no queue of that name can be asked for.
QueueId Engine::obtain_delivery_queue(Turn& turn, SubscriptionId subscription) {
  if (const Queue* there = delivery_queue(subscription)) return there->id;
  const Subscription* of = topics_.find(subscription);
  CHECK(of != nullptr && is_http(of->protocol));
  const Topic& topic = *topics_.find(of->topic);
  const QueueCreated fact{
      .queue = QueueId(last_queue_.value() + 1),
      .at = turn.now,
      .name = {.region = topic.name.region,
               .account = topic.name.account,
               .name = fmt::format("delivery of subscription {}", subscription.value())},
      .attributes = {.retention = delivery_retention,
                     .visibility_timeout = delivery_visibility_timeout,
                     .is_fifo = topic.attributes.is_fifo,
                     .subscription = subscription},
      .tags = {}};
  record(turn, fact);
  return fact.queue;
}

void Engine::delete_delivery_queue(Turn& turn, SubscriptionId subscription) {
  if (const Queue* queue = delivery_queue(subscription)) delete_queue(turn, queue->id);
}

std::vector<SubscriptionId> Engine::delivery_queues_after(SubscriptionId after,
                                                          std::size_t count_max) const {
  std::vector<SubscriptionId> found;
  auto each = delivery_queues_.upper_bound(after);
  for (; each != delivery_queues_.end() && found.size() < count_max; ++each)
    found.push_back(each->first);
  return found;
}

// A confirmation, which is to one endpoint alone and so shares no body, is of no use to others.
GiveUpResult Engine::give_up(Turn& turn,
                             const ReceiptHandle& handle,
                             const std::optional<QueueName>& dead_letters,
                             std::size_t message_bytes) {
  const Queue* queue = find_queue(handle.queue);
  if (queue == nullptr) return GiveUpResult::handle_expired;
  const Index index = find_entry(*queue, handle.seq);
  if (index == no_index || !is_current(handle, index, turn.now))
    return GiveUpResult::handle_expired;
  const Entry& entry = store_.entries[index];
  const Queue* target = dead_letters ? find_target(*queue, *dead_letters) : nullptr;
  const bool can_move = target != nullptr && entry.is_shared && !is_damaged(index) &&
                        message_bytes <= target->attributes.message_bytes_max &&
                        !has_bug(SeededBug::drops_given_up);
  if (can_move) {
    move_to_dead_letters(turn, *queue, entry, *target);
  } else {
    // A delivery queue parks nothing, so no conversation is to be unparked.
    record(turn, Removed{.queue = queue->id, .seqs = {entry.seq}, .is_given_up = true});
  }
  return can_move ? GiveUpResult::moved : GiveUpResult::removed;
}

}  // namespace mailrail::engine
