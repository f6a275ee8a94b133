#include "engine/topics.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/seeded_bug.h"
#include "engine/heap.h"

namespace mailrail::engine {

const Topic* Topics::find(const TopicName& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : &topics_.at(found->second);
}

const Topic* Topics::find(TopicId id) const {
  const auto found = topics_.find(id);
  return found == topics_.end() ? nullptr : &found->second;
}

const Subscription* Topics::find(SubscriptionId id) const {
  const auto found = subscriptions_.find(id);
  return found == subscriptions_.end() ? nullptr : &found->second;
}

const Subscription* Topics::first_to_lapse() const {
  return unconfirmed_.empty() ? nullptr : find(unconfirmed_.begin()->second);
}

void Topics::keep_matcher(SubscriptionId id, std::shared_ptr<const Matcher> matcher) {
  Subscription& subscription = subscription_at(id);
  memory_bytes_ -= memory_bytes_of(subscription);
  subscription.matcher = std::move(matcher);
  memory_bytes_ += memory_bytes_of(subscription);
}

void Topics::keep_matcher(TopicId id, std::shared_ptr<const Matcher> matcher) {
  Topic& topic = topic_at(id);
  memory_bytes_ -= memory_bytes_of(topic);
  topic.matcher = std::move(matcher);
  memory_bytes_ += memory_bytes_of(topic);
}

void Topics::write(ByteWriter& out) const {
  std::string bytes;
  for (const auto& [id, topic] : topics_) encode_record(kept(topic), bytes);
  for (const auto& [id, subscription] : subscriptions_) encode_record(kept(subscription), bytes);
  if (signing_key_) encode_record(KeptSigningKey{.key = *signing_key_}, bytes);
  out.string(bytes);
  out.u32(last_topic_.value());
  out.u32(last_subscription_.value());
}

// --- Facts.

void Topics::on(const TopicCreated& fact) {
  last_topic_ = std::max(last_topic_, fact.topic);
  add({.id = fact.topic,
       .name = fact.name,
       .attributes = fact.attributes,
       .tags = fact.tags,
       .created_at = fact.at,
       .changed_at = fact.at});
}

void Topics::on(const TopicChanged& fact) {
  Topic& topic = topic_at(fact.topic);
  memory_bytes_ -= memory_bytes_of(topic);
  topic.attributes = fact.attributes;
  topic.matcher.reset();
  topic.tags = fact.tags;
  topic.changed_at = fact.at;
  memory_bytes_ += memory_bytes_of(topic);
}

void Topics::on(const TopicDeleted& fact) {
  Topic& topic = topic_at(fact.topic);
  while (!topic.subscriptions.empty()) remove(topic.subscriptions.begin()->first);
  while (!topic.deactivated.empty()) remove(*topic.deactivated.begin());
  memory_bytes_ -= memory_bytes_of(topic);
  names_.erase(topic.name);
  topics_.erase(fact.topic);
}

void Topics::on(const SubscriptionCreated& fact) {
  last_subscription_ = std::max(last_subscription_, fact.subscription);
  add({.id = fact.subscription,
       .topic = fact.topic,
       .protocol = fact.protocol,
       .endpoint = fact.endpoint,
       .queue = fact.queue,
       .state = fact.state,
       .was_authenticated = fact.was_authenticated,
       .since = fact.at,
       .changed_at = fact.at,
       .attributes = fact.attributes});
}

void Topics::on(const SubscriptionChanged& fact) {
  Subscription& subscription = subscription_at(fact.subscription);
  memory_bytes_ -= memory_bytes_of(subscription);
  subscription.attributes = fact.attributes;
  if (!has_bug(SeededBug::keeps_old_filters)) subscription.matcher.reset();
  subscription.changed_at = fact.at;
  memory_bytes_ += memory_bytes_of(subscription);
}

void Topics::on(const SubscriptionConfirmed& fact) {
  Subscription& subscription = subscription_at(fact.subscription);
  if (!subscription.is_confirmed()) {
    std::uint64_t& deleted = topic_at(subscription.topic).deleted_subscriptions;
    if (subscription.is_deactivated() && deleted > 0) deleted -= 1;
    take_out(subscription);
    subscription.since = fact.at;
    subscription.state = SubscriptionState::confirmed;
    put_in(subscription);
  }
  subscription.was_authenticated = fact.was_authenticated;
  subscription.must_authenticate_unsubscribe = fact.must_authenticate_unsubscribe;
  subscription.changed_at = fact.at;
}

void Topics::on(const SubscriptionDeactivated& fact) {
  Subscription& subscription = subscription_at(fact.subscription);
  subscription.changed_at = fact.at;
  if (subscription.is_deactivated()) return;
  topic_at(subscription.topic).deleted_subscriptions += 1;
  take_out(subscription);
  subscription.since = fact.at;
  subscription.state = SubscriptionState::deactivated;
  put_in(subscription);
}

void Topics::on(const SubscriptionDeleted& fact) {
  const Subscription& subscription = subscription_at(fact.subscription);
  if (!subscription.is_deactivated()) topic_at(subscription.topic).deleted_subscriptions += 1;
  remove(fact.subscription);
}

// --- Records.

void Topics::put(const KeptTopic& record) {
  add({.id = record.topic,
       .name = record.name,
       .attributes = record.attributes,
       .tags = record.tags,
       .created_at = record.created_at,
       .changed_at = record.changed_at,
       .deleted_subscriptions = record.deleted_subscriptions});
}

void Topics::put(const KeptSubscription& record) {
  add({.id = record.subscription,
       .topic = record.topic,
       .protocol = record.protocol,
       .endpoint = record.endpoint,
       .queue = record.queue,
       .state = record.state,
       .was_authenticated = record.was_authenticated,
       .must_authenticate_unsubscribe = record.must_authenticate_unsubscribe,
       .since = record.since,
       .changed_at = record.changed_at,
       .attributes = record.attributes});
}

void Topics::on(const SigningKeySet& fact) {
  keep({.made_at = fact.at, .private_key = fact.private_key, .certificate = fact.certificate});
}

void Topics::put_last(TopicId topic, SubscriptionId subscription) {
  last_topic_ = topic;
  last_subscription_ = subscription;
}

KeptTopic kept(const Topic& topic) {
  return {.topic = topic.id,
          .name = topic.name,
          .attributes = topic.attributes,
          .tags = topic.tags,
          .created_at = topic.created_at,
          .changed_at = topic.changed_at,
          .deleted_subscriptions = topic.deleted_subscriptions};
}

KeptSubscription kept(const Subscription& subscription) {
  return {.subscription = subscription.id,
          .topic = subscription.topic,
          .protocol = subscription.protocol,
          .endpoint = subscription.endpoint,
          .queue = subscription.queue,
          .state = subscription.state,
          .was_authenticated = subscription.was_authenticated,
          .must_authenticate_unsubscribe = subscription.must_authenticate_unsubscribe,
          .since = subscription.since,
          .changed_at = subscription.changed_at,
          .attributes = subscription.attributes};
}

// --- Adding and removing.

Topic& Topics::topic_at(TopicId id) {
  const auto found = topics_.find(id);
  CHECK(found != topics_.end());
  return found->second;
}

Subscription& Topics::subscription_at(SubscriptionId id) {
  const auto found = subscriptions_.find(id);
  CHECK(found != subscriptions_.end());
  return found->second;
}

void Topics::add(Topic&& topic) {
  const auto [added, is_new] = topics_.emplace(topic.id, std::move(topic));
  CHECK(is_new);
  names_.emplace(added->second.name, added->first);
  memory_bytes_ += memory_bytes_of(added->second);
}

void Topics::add(Subscription&& subscription) {
  const auto [added, is_new] = subscriptions_.emplace(subscription.id, std::move(subscription));
  CHECK(is_new);
  put_in(added->second);
  memory_bytes_ += memory_bytes_of(added->second);
}

void Topics::remove(SubscriptionId id) {
  const Subscription& subscription = subscription_at(id);
  memory_bytes_ -= memory_bytes_of(subscription);
  take_out(subscription);
  subscriptions_.erase(id);
}

void Topics::keep(const SigningKey& key) {
  if (signing_key_) memory_bytes_ -= memory_bytes_of(*signing_key_);
  signing_key_ = key;
  memory_bytes_ += memory_bytes_of(*signing_key_);
}

void Topics::take_out(const Subscription& subscription) {
  Topic& topic = topic_at(subscription.topic);
  topic.pending_subscriptions -= subscription.state == SubscriptionState::pending ? 1 : 0;
  topic.subscriptions.erase(subscription.id);
  topic.deactivated.erase(subscription.id);
  if (unconfirmed_.erase({subscription.since, subscription.id}) > 0)
    memory_bytes_ -= heap_bytes_of_node<decltype(unconfirmed_)>();
}

void Topics::put_in(const Subscription& subscription) {
  Topic& topic = topic_at(subscription.topic);
  topic.pending_subscriptions += subscription.state == SubscriptionState::pending ? 1 : 0;
  if (subscription.is_deactivated()) {
    topic.deactivated.insert(subscription.id);
  } else {
    topic.subscriptions.emplace(subscription.id, &subscription);
  }
  if (subscription.is_confirmed()) return;
  unconfirmed_.emplace(subscription.since, subscription.id);
  memory_bytes_ += heap_bytes_of_node<decltype(unconfirmed_)>();
}

}  // namespace mailrail::engine
