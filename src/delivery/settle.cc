#include "delivery/settle.h"

#include <memory>
#include <utility>

#include "delivery/courier.h"
#include "sns/queue_policy.h"

namespace mailrail::delivery {

std::unique_ptr<Settle> Settle::delivered(const engine::ReceiptHandle& handle) {
  return std::unique_ptr<Settle>(new Settle(What::delivered, handle));
}

std::unique_ptr<Settle> Settle::retry(const engine::ReceiptHandle& handle, Duration after) {
  std::unique_ptr<Settle> settle(new Settle(What::retry, handle));
  settle->after_ = after;
  return settle;
}

std::unique_ptr<Settle> Settle::give_up(const engine::ReceiptHandle& handle, GivenUp given_up) {
  std::unique_ptr<Settle> settle(new Settle(What::give_up, handle));
  settle->given_up_ = std::move(given_up);
  return settle;
}

broker::Decision Settle::decide(engine::Engine& engine, engine::Turn& turn) {
  if (engine.find_queue(handle_.queue) == nullptr) return {};  // Unsubscribed meanwhile.
  // Nothing happens if the lease has ended: then the message is sent again.
  switch (what_) {
    case What::delivered:
      engine.delete_message(turn, handle_);
      break;
    case What::retry:
      engine.change_visibility(turn, handle_, after_);
      break;
    case What::give_up:
      give_up(engine, turn);
      break;
  }
  return {};
}

void Settle::give_up(engine::Engine& engine, engine::Turn& turn) {
  const std::optional<engine::QueueName> target = dead_letters(engine);
  const engine::GiveUpResult result =
      engine.give_up(turn, handle_, target, given_up_->queue_bytes.value_or(0));
  is_given_up_ = result != engine::GiveUpResult::handle_expired;
  if (result == engine::GiveUpResult::moved) given_up_->dead_letters = target;
}

// None if its policy keeps the topic out, or no queue could show the message.
std::optional<engine::QueueName> Settle::dead_letters(engine::Engine& engine) const {
  const engine::Subscription* subscription = engine.topics().find(given_up_->subscription);
  if (subscription == nullptr || !given_up_->queue_bytes) return std::nullopt;
  const std::optional<engine::QueueName>& name = subscription->attributes.dead_letter_target;
  const engine::Queue* queue = name ? engine.find_queue(*name) : nullptr;
  if (queue == nullptr) return std::nullopt;
  const engine::Topic& topic = *engine.topics().find(subscription->topic);
  if (sns::policy_towards(engine, *queue, topic.name) != sns::QueuePolicy::lets_in)
    return std::nullopt;
  return name;
}

void Settle::leave(Courier& courier, std::span<const std::string_view>, Instant) {
  if (is_given_up_) courier.on(*given_up_);
}

}  // namespace mailrail::delivery
