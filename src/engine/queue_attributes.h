// QueueAttributes: what a queue's owner may set, in the engine's terms. AWS's spellings and ranges
// live in sqs/.

#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/time.h"

namespace mailrail::engine {

// What tells one queue from another at any moment. Over time a QueueId does: a queue made again has
// another one.
struct QueueName {
  std::string region;
  std::string account;
  std::string name;

  friend auto operator<=>(const QueueName&, const QueueName&) = default;
};

enum class DeduplicationScope : std::uint8_t { queue, message_group };
// FIFO: what becomes of a message that was received as often as it may be. It goes to the
// dead-letter queue alone, or it stays, and its whole conversation is given to nobody until
// somebody decides.
enum class OnPoison : std::uint8_t { dead_letter, park };

enum class FifoThroughputLimit : std::uint8_t { per_queue, per_message_group_id };

// A receive that would raise a message's receive count above the maximum moves it to the target
// instead, unless its conversation is parked (OnPoison).
struct DeadLetter {
  QueueName target;
  std::uint32_t receive_count_max = 0;

  friend bool operator==(const DeadLetter&, const DeadLetter&) = default;
};

struct QueueAttributes {
  Duration delay{0};
  std::uint32_t message_bytes_max = 1'048'576;
  Duration retention = 345'600s;
  Duration receive_wait{0};
  Duration visibility_timeout = 30s;
  bool is_fifo = false;
  bool content_based_deduplication = false;
  DeduplicationScope deduplication_scope = DeduplicationScope::queue;
  FifoThroughputLimit fifo_throughput_limit = FifoThroughputLimit::per_queue;
  std::optional<DeadLetter> dead_letter = {};
  OnPoison on_poison = OnPoison::dead_letter;
  // Attributes that are stored and returned as they were sent, by AWS's name: policies, encryption
  // settings.
  std::map<std::string, std::string> kept = {};
  // That of an HTTP endpoint whose delivery queue this is: it holds what the endpoint is still to
  // be sent, no name leads to it, and this never changes. 0: none.
  SubscriptionId subscription = {};

  bool is_delivery_queue() const { return subscription != SubscriptionId(); }

  friend bool operator==(const QueueAttributes&, const QueueAttributes&) = default;
};

}  // namespace mailrail::engine
