// Settle: what becomes of a message once its endpoint has answered, or has not. It says so in a
// turn of its own, and nothing happens if the subscription is gone by then.

#pragma once

#include <optional>
#include <string>

#include "delivery/call.h"

namespace mailrail::delivery {

// Delivered in vain for the last time.
struct GivenUp {
  SubscriptionId subscription;
  std::string endpoint;
  std::string why;
  std::optional<std::size_t> queue_bytes = {};         // As in PushRequest.
  std::optional<engine::QueueName> dead_letters = {};  // That have it now; else it is gone.
};

class Settle final : public Call {
 public:
  // Gone from its queue.
  static std::unique_ptr<Settle> delivered(const engine::ReceiptHandle& handle);
  // Tried again after that.
  static std::unique_ptr<Settle> retry(const engine::ReceiptHandle& handle, Duration after);
  // To the subscription's dead letters, if it has any that take it, and it is a notification.
  static std::unique_ptr<Settle> give_up(const engine::ReceiptHandle& handle, GivenUp given_up);

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override;
  void leave(Courier& courier, std::span<const std::string_view> sent, Instant now) override;

 private:
  enum class What { delivered, retry, give_up };

  Settle(What what, const engine::ReceiptHandle& handle) : what_(what), handle_(handle) {}
  void give_up(engine::Engine& engine, engine::Turn& turn);
  std::optional<engine::QueueName> dead_letters(engine::Engine& engine) const;

  What what_;
  engine::ReceiptHandle handle_;
  Duration after_{0};
  std::optional<GivenUp> given_up_;
  bool is_given_up_ = false;  // By this call, and not by a lease that ended before.
};

}  // namespace mailrail::delivery
