// Deliveries: what endpoints were sent, beside what the log says about it (I11).
//
// It knows facts that are durable and what endpoints saw and answered, and nothing is ever taken
// back, so that it holds across crashes. How often an endpoint is tried and where its dead letters
// go follows from the endpoint and the facts alone.
//
// An attempt counts when its lease is durable. One that was cut off, because the server died before
// the outcome was durable or had no time left for the request, may be made up for by another.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "engine/fact.h"
#include "engine/identity.h"
#include "sim/complaint.h"

namespace mailrail::sim {

// A request that reached an endpoint.
struct Push {
  std::uint64_t life = 0;    // Of the server that sent it,
  std::uint64_t number = 0;  // which calls it so.
  SubscriptionId subscription = {};
  engine::ReceiptHandle handle = {};  // Of the message that it is made from.
  bool asks_to_confirm = false;
};

// Endpoints are called http://host/0, http://host/1 and so on; so often a delivery to one is tried
// again.
std::uint32_t retries_of(std::string_view endpoint);
// As the subscription has it.
std::string delivery_policy_of(std::string_view endpoint);
inline constexpr std::uint64_t endpoints_max = 4;
// The longest delay of those policies, with jitter.
inline constexpr Duration retry_delay_max{2200};

class Deliveries {
 public:
  // In the order of the log.
  Complaint durable(const engine::Fact& fact);
  // An endpoint sees it.
  Complaint pushed(const Push& push, Instant now);
  // 0: it did not answer.
  Complaint answered(const Push& push, int status);
  void broken_off(const Push& push);
  // At the end, when nothing is left to do.
  Complaint all_settled() const;

 private:
  using Id = std::pair<QueueId, Seq>;
  struct Subscription {
    std::string endpoint;
    std::optional<engine::QueueName> dead_letters;
    bool is_confirmed = false;  // Was it ever?
  };
  struct Queue {
    engine::QueueName name;
    engine::QueueAttributes attributes;
  };
  struct Attempt {
    Instant lease_end;
    bool is_settled = false;  // Its outcome is durable: tried again later.
    bool was_pushed = false;
    bool is_open = false;         // At the endpoint, by all that the server knows.
    bool was_broken_off = false;  // By the server's stop.
  };
  enum class Fate : std::uint8_t { waits, removed, moved, ended };
  struct Message {
    SubscriptionId subscription;
    std::string group = {};
    bool is_notification = true;
    std::map<std::uint32_t, Attempt> attempts = {};  // By receive count.
    std::uint32_t answered_well = 0;                 // The last attempt that was.
    bool was_refused = false;
    Fate fate = Fate::waits;
  };

  template <class Fact>
  Complaint on(const Fact&) {
    return {};  // It says nothing of deliveries.
  }
  Complaint on(const engine::SubscriptionCreated& fact);
  Complaint on(const engine::SubscriptionChanged& fact);
  Complaint on(const engine::SubscriptionConfirmed& fact);
  Complaint on(const engine::QueueCreated& fact);
  Complaint on(const engine::QueueDeleted& fact);
  Complaint on(const engine::Purged& fact);
  Complaint on(const engine::Sent& fact);
  Complaint on(const engine::Published& fact);
  Complaint on(const engine::Leased& fact);
  Complaint on(const engine::Removed& fact);
  Complaint on(const engine::Moved& fact);
  Complaint end_all(QueueId queue);
  const Queue* dead_letters_of(const Message& message, const Queue& from) const;
  bool may_give_up(const Message& message) const;
  Complaint check_conversation(const Push& push, const Message& message, Instant now) const;
  Message* find(QueueId queue, Seq seq);

  std::map<SubscriptionId, Subscription> subscriptions_;
  std::map<QueueId, Queue> queues_;                                // All that there are.
  std::map<Id, Message> messages_;                                 // Of delivery queues, for ever.
  std::map<std::pair<QueueId, std::string>, Seq> newest_success_;  // By group, where order counts.
};

}  // namespace mailrail::sim
