// Identity: the names that clients see, made from the log's secret: ids of messages and of move
// tasks, receipt handles, sequence numbers.
//
// None of them is stored: an id is a keyed hash of where a message was first sent and how often it
// was redriven, or of a task's source and number, a handle says which lease it stands for and
// carries a keyed checksum, and so does the id of a subscription. Immutable, so any thread may use
// it.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "engine/fact.h"

namespace mailrail::engine {

// One lease of one message. The generation is the receive count it began with.
struct ReceiptHandle {
  QueueId queue;
  Seq seq;
  std::uint32_t generation = 0;

  friend bool operator==(const ReceiptHandle&, const ReceiptHandle&) = default;
};

// What a token is good for: it makes a pending subscription a confirmed one, or gives one back that
// was unsubscribed.
enum class TokenUse : std::uint8_t { confirm, restore };

struct EndpointToken {
  SubscriptionId subscription;
  TokenUse use = TokenUse::confirm;

  friend bool operator==(const EndpointToken&, const EndpointToken&) = default;
};

class Identity {
 public:
  explicit Identity(const std::array<char, 32>& secret);

  // The number that a message's id is. A redrive gives a message another one.
  Hash128 message_number(QueueId origin_queue, Seq origin_seq, std::uint16_t redrives) const;
  // UUIDs in their usual text form.
  std::string message_id(QueueId origin_queue, Seq origin_seq, std::uint16_t redrives) const;
  std::string move_task_id(QueueId source, Seq task) const;

  // SNS's message id: the same for all subscriptions.
  std::string publication_id(TopicId topic, Seq publication) const;
  // The last part of a subscription's ARN: a UUID too, which can be read again.
  std::string subscription_id(SubscriptionId subscription) const;
  // Nothing if this server did not make it.
  std::optional<SubscriptionId> read_subscription_id(std::string_view text) const;
  // What proves that an endpoint was sent what asks it to confirm.
  std::string endpoint_token(SubscriptionId subscription, TokenUse use) const;
  // Nothing if this server did not make it.
  std::optional<EndpointToken> read_endpoint_token(std::string_view text) const;

  std::string receipt_handle(const ReceiptHandle& handle) const;
  // Nothing if this server did not make it.
  std::optional<ReceiptHandle> read_receipt_handle(std::string_view text) const;

  // What two sends must share to be duplicates. `purged_below` makes a purge forget; an empty group
  // means the whole queue.
  Hash128 deduplication_key(QueueId queue,
                            Seq purged_below,
                            std::string_view group,
                            std::string_view id) const;
  Hash128 deduplication_key(TopicId topic, std::string_view group, std::string_view id) const;
  Hash128 attempt_key(QueueId queue, std::string_view attempt) const;

 private:
  std::string checksum(std::string_view bytes) const;
  std::uint32_t subscription_mask(Hash128 id) const;

  std::string secret_;
  std::uint64_t seed_;
};

// The number in the text form of a message's id, whoever made it; nothing if it is none.
std::optional<Hash128> read_message_id(std::string_view text);

// 20 decimal digits, growing with the order of sends.
std::string sequence_number(Seq seq);
// Nothing if it is none.
std::optional<Seq> read_sequence_number(std::string_view text);

}  // namespace mailrail::engine
