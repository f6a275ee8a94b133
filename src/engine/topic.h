// Topic: a name that messages are published to, its settings, and who is subscribed to it.
// Subscription: an endpoint that gets a copy of what is published to a topic, if its filter lets it
// through.
//
// AWS's spellings and ranges live in sns/. A subscription outlives the queue that it names, and
// goes with its topic.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "engine/matcher.h"
#include "engine/protocol.h"
#include "engine/queue_attributes.h"

namespace mailrail::engine {

// Region, account and name, as of queues; the two have nothing else to do with each other.
using TopicName = QueueName;

// FIFO: among which messages one counts as a duplicate of another.
enum class TopicDeduplicationScope : std::uint8_t { topic, message_group };

struct TopicAttributes {
  bool is_fifo = false;
  bool content_based_deduplication = false;
  TopicDeduplicationScope deduplication_scope = TopicDeduplicationScope::topic;
  std::uint32_t message_bytes_max = 262'144;
  // Stored and returned as they were sent, by AWS's name: policies, display name, and the like.
  std::map<std::string, std::string> kept = {};

  friend bool operator==(const TopicAttributes&, const TopicAttributes&) = default;
};

// What notifications are signed with, and what tells the world so. Made and read elsewhere.
struct SigningKey {
  Instant made_at = {};
  std::string private_key = {};  // PKCS #8, as DER.
  std::string certificate = {};  // X.509, as DER.

  friend bool operator==(const SigningKey&, const SigningKey&) = default;
};

// A deactivated one was ended by Unsubscribe, and its HTTP endpoint is told so; until it lapses,
// the endpoint may have it back by the token that it is sent. It counts as deleted.
enum class SubscriptionState : std::uint8_t { pending = 0, confirmed = 1, deactivated = 2 };
enum class FilterScope : std::uint8_t { message_attributes, message_body };

struct SubscriptionAttributes {
  bool is_raw = false;             // Delivers the message alone, without an envelope.
  std::string filter_policy = {};  // As it was sent; empty: none.
  FilterScope filter_scope = FilterScope::message_attributes;
  std::optional<QueueName> dead_letter_target = {};
  // Like a topic's.
  std::map<std::string, std::string> kept = {};

  friend bool operator==(const SubscriptionAttributes&, const SubscriptionAttributes&) = default;
};

struct Subscription {
  SubscriptionId id;
  TopicId topic;
  Protocol protocol = Protocol::sqs;
  std::string endpoint;
  std::optional<QueueName> queue;  // Protocol::sqs: what the endpoint names. It may not exist.
  SubscriptionState state = SubscriptionState::pending;
  bool was_authenticated = false;              // Confirmed by a signed call.
  bool must_authenticate_unsubscribe = false;  // Only a signed call ends it.
  Instant since;                               // In that state.
  Instant changed_at;
  SubscriptionAttributes attributes;
  std::shared_ptr<const Matcher> matcher = {};  // Null: not made yet, or no policy.

  bool is_confirmed() const { return state == SubscriptionState::confirmed; }
  bool is_deactivated() const { return state == SubscriptionState::deactivated; }
};

// `deleted` counts those that there were once, and those that are deactivated.
struct SubscriptionCounts {
  std::uint64_t confirmed = 0;
  std::uint64_t pending = 0;
  std::uint64_t deleted = 0;
};

struct Topic {
  TopicId id;
  TopicName name;
  TopicAttributes attributes;
  std::map<std::string, std::string> tags;
  Instant created_at;
  Instant changed_at;
  std::uint64_t deleted_subscriptions = 0;
  std::uint64_t pending_subscriptions = 0;
  // Those that are not deactivated, in the order in which they were made. Each lives as long as it
  // is here.
  std::map<SubscriptionId, const Subscription*> subscriptions = {};
  std::set<SubscriptionId> deactivated = {};
  std::shared_ptr<const Matcher> matcher = {};  // Of its policy. Null: not made yet, or none.

  SubscriptionCounts counts() const {
    return {.confirmed = subscriptions.size() - pending_subscriptions,
            .pending = pending_subscriptions,
            .deleted = deleted_subscriptions};
  }
};

// What one takes of the heap where it is kept by id, and the topic by name too.
std::uint64_t memory_bytes_of(const Topic& topic);
std::uint64_t memory_bytes_of(const Subscription& subscription);
std::uint64_t memory_bytes_of(const SigningKey& key);

}  // namespace mailrail::engine
