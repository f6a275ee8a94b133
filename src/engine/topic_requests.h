// What the engine is asked to do about topics, and what came of it. Names, policies and filters
// were looked at before: it is told which subscriptions matched and which queues they mean.

#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/ids.h"
#include "engine/topic.h"

namespace mailrail::engine {

struct SubscribeRequest {
  TopicId topic = {};
  Protocol protocol = Protocol::sqs;
  std::string_view endpoint = {};
  std::optional<QueueName> queue = {};  // That the endpoint names.
  SubscriptionState state = SubscriptionState::pending;
  bool was_authenticated = false;
  SubscriptionAttributes attributes = {};
};

struct Confirmation {
  bool was_authenticated = false;
  bool must_authenticate_unsubscribe = false;
};

// A message for a queue, because of a subscription that matched. Also one for a subscription's
// dead-letter queue.
struct PublishTarget {
  QueueId queue = {};
  SubscriptionId subscription = {};
  bool is_raw = false;
  Protocol protocol = Protocol::sqs;  // The subscription's.
};

struct PublishRequest {
  TopicId topic = {};
  std::string_view group = {};             // FIFO: required.
  std::string_view deduplication_id = {};  // FIFO: required.
  std::string_view record = {};
  std::uint64_t message_bytes = 0;  // As its service counts them: the engine only passes it on.
  std::span<const PublishTarget> targets = {};  // At most deliveries_per_publication_max.
};

// Published, or what it is a duplicate of.
struct PublishResult {
  Seq publication = {};
  bool is_duplicate = false;
};

}  // namespace mailrail::engine
