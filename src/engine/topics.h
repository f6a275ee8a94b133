// Topics: all topics of a server and the subscriptions to them, by id and in the order of their
// names; and the key that signs what they send.
//
// Only facts change what is kept here; the engine decides them. Lookups give pointers that hold
// until the next turn.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "base/ids.h"
#include "engine/checkpoint.h"
#include "engine/topic.h"
#include "engine/topic_facts.h"

namespace mailrail::engine {

class Topics {
 public:
  Topics() = default;
  Topics(const Topics&) = delete;
  Topics& operator=(const Topics&) = delete;

  const Topic* find(const TopicName& name) const;
  const Topic* find(TopicId id) const;
  const Subscription* find(SubscriptionId id) const;
  const std::map<TopicName, TopicId>& names() const { return names_; }
  const std::map<TopicId, Topic>& all() const { return topics_; }
  // Of all topics, in the order in which they were made; also those that are deactivated.
  const std::map<SubscriptionId, Subscription>& subscriptions() const { return subscriptions_; }
  // The newest that there ever were.
  TopicId last_topic() const { return last_topic_; }
  SubscriptionId last_subscription() const { return last_subscription_; }
  // Null if there is none yet.
  const SigningKey* signing_key() const { return signing_key_ ? &*signing_key_ : nullptr; }

  // Of those that are pending or deactivated, the one that has been so for the longest time.
  const Subscription* first_to_lapse() const;

  // Until the subscription, or the topic, changes. It must be there.
  void keep_matcher(SubscriptionId id, std::shared_ptr<const Matcher> matcher);
  void keep_matcher(TopicId id, std::shared_ptr<const Matcher> matcher);

  std::uint64_t memory_bytes() const { return memory_bytes_; }
  // All that is stored, for comparing states.
  void write(ByteWriter& out) const;

  // --- What facts and checkpoints do.

  void on(const TopicCreated& fact);
  void on(const TopicChanged& fact);
  void on(const TopicDeleted& fact);
  void on(const SubscriptionCreated& fact);
  void on(const SubscriptionChanged& fact);
  void on(const SubscriptionConfirmed& fact);
  void on(const SubscriptionDeactivated& fact);
  void on(const SubscriptionDeleted& fact);
  void on(const SigningKeySet& fact);

  void put(const KeptTopic& record);
  void put(const KeptSubscription& record);
  void put(const KeptSigningKey& record) { keep(record.key); }
  // No newer ones were made before than these.
  void put_last(TopicId topic, SubscriptionId subscription);

 private:
  Topic& topic_at(TopicId id);
  Subscription& subscription_at(SubscriptionId id);
  void add(Topic&& topic);
  void add(Subscription&& subscription);
  void remove(SubscriptionId id);
  void keep(const SigningKey& key);
  // Where it is kept by its state: out of there, and into it.
  void take_out(const Subscription& subscription);
  void put_in(const Subscription& subscription);

  std::map<TopicId, Topic> topics_;
  std::map<TopicName, TopicId> names_;
  std::map<SubscriptionId, Subscription> subscriptions_;
  // Those that are not confirmed, by when they came to be so.
  std::set<std::pair<Instant, SubscriptionId>> unconfirmed_;
  TopicId last_topic_;
  SubscriptionId last_subscription_;
  std::optional<SigningKey> signing_key_;
  std::uint64_t memory_bytes_ = 0;
};

// What a checkpoint has of each.
KeptTopic kept(const Topic& topic);
KeptSubscription kept(const Subscription& subscription);

}  // namespace mailrail::engine
