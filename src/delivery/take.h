// Roster: waits for subscriptions that are delivered to. Take: waits for messages of one of them.
//
// A Take leases what it gives out, and that is durable before it leaves: so an attempt counts
// before its request is seen, and on a FIFO topic nobody else has the conversation. It looks at the
// subscription and its topic as they are in that turn.

#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "delivery/call.h"
#include "sns/push_message.h"

namespace mailrail::delivery {

class Roster final : public Call {
 public:
  explicit Roster(SubscriptionId after) : after_(after) {}

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override;
  void leave(Courier& courier, std::span<const std::string_view> sent, Instant now) override;

  SubscriptionId after() const { return after_; }
  const std::vector<SubscriptionId>& subscriptions() const { return subscriptions_; }

 private:
  SubscriptionId after_;
  std::vector<SubscriptionId> subscriptions_;
};

// What requests that are under way may take: so many, and no more once their messages have so many
// bytes. The engine thread takes, the courier's gives back.
class Slots {
 public:
  Slots(std::size_t count, std::size_t bytes) : free_(count), free_bytes_(bytes) {}

  std::size_t free() const {
    return free_bytes_ <= 0 ? 0 : static_cast<std::size_t>(std::max<std::int64_t>(free_, 0));
  }
  bool take() {
    if (free_bytes_ <= 0 || free_ <= 0) return false;
    free_ -= 1;
    return true;
  }
  void use(std::size_t bytes) { free_bytes_ -= static_cast<std::int64_t>(bytes); }
  void give_back(std::size_t bytes) {
    free_bytes_ += static_cast<std::int64_t>(bytes);
    free_ += 1;
  }

 private:
  std::atomic<std::int64_t> free_;
  std::atomic<std::int64_t> free_bytes_;
};

class Take final : public Call {
 public:
  enum class Outcome {
    nothing,   // Nothing to wait for now: the server stops, or is full.
    taken,     // These are leased.
    no_slots,  // Too many requests are under way.
    gone,      // The subscription is.
  };

  // Takes a slot for each message, and the bytes of its body.
  Take(SubscriptionId subscription, std::size_t count_max, Slots& slots)
      : subscription_(subscription), count_max_(count_max), slots_(slots) {}

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override;
  QueueId takes_from(const engine::Engine& engine) const override;
  std::span<const engine::Body> bodies() const override { return bodies_; }
  std::span<const engine::ReceivedMessage> messages() const override { return messages_; }
  const engine::QueueName* queue() const override { return &queue_; }
  void leave(Courier& courier, std::span<const std::string_view> sent, Instant now) override;

  SubscriptionId subscription() const { return subscription_; }
  Outcome outcome() const { return outcome_; }
  Instant leased_until() const { return leased_until_; }
  const sns::PushTarget& target() const { return target_; }
  // As they were set: the subscription's, and its topic's.
  const std::string& own_policy() const { return own_policy_; }
  const std::string& topic_policy() const { return topic_policy_; }

 private:
  bool receive(engine::Engine& engine, engine::Turn& turn, const engine::Queue& queue);
  void look_at(const engine::Topic& topic, const engine::Subscription& subscription);

  SubscriptionId subscription_;
  std::size_t count_max_;
  Slots& slots_;
  Outcome outcome_ = Outcome::nothing;
  engine::QueueName queue_;
  Instant leased_until_;
  std::vector<engine::ReceivedMessage> messages_;
  std::vector<engine::Body> bodies_;
  sns::PushTarget target_;
  std::string own_policy_;
  std::string topic_policy_;
};

}  // namespace mailrail::delivery
