// The facts of topics and subscriptions. Like all facts (fact.h) they state what is now so, and
// their bytes are for ever.

#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "engine/topic.h"

namespace mailrail::engine {

struct TopicCreated {
  TopicId topic = {};
  Instant at = {};
  TopicName name = {};
  TopicAttributes attributes = {};
  std::map<std::string, std::string> tags = {};
};

// Attributes and tags whole, as they are after the change.
struct TopicChanged {
  TopicId topic = {};
  Instant at = {};
  TopicAttributes attributes = {};
  std::map<std::string, std::string> tags = {};
};

// With its subscriptions.
struct TopicDeleted {
  TopicId topic = {};
  Instant at = {};
};

struct SubscriptionCreated {
  SubscriptionId subscription = {};
  TopicId topic = {};
  Instant at = {};
  Protocol protocol = Protocol::sqs;
  std::string endpoint = {};
  std::optional<QueueName> queue = {};
  SubscriptionState state = SubscriptionState::pending;
  bool was_authenticated = false;
  SubscriptionAttributes attributes = {};
};

// The attributes whole.
struct SubscriptionChanged {
  SubscriptionId subscription = {};
  Instant at = {};
  SubscriptionAttributes attributes = {};
};

struct SubscriptionConfirmed {
  SubscriptionId subscription = {};
  Instant at = {};
  bool was_authenticated = false;
  bool must_authenticate_unsubscribe = false;
};

// Ended, but its endpoint may have it back: then it is confirmed again.
struct SubscriptionDeactivated {
  SubscriptionId subscription = {};
  Instant at = {};
};

struct SubscriptionDeleted {
  SubscriptionId subscription = {};
  Instant at = {};
};

// Of all topics, from now on: there is one key, the newest.
struct SigningKeySet {
  Instant at = {};
  std::string private_key = {};  // PKCS #8, as DER.
  std::string certificate = {};  // X.509, as DER.
};

}  // namespace mailrail::engine
