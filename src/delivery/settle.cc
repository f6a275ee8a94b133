#include "delivery/settle.h"

#include <memory>
#include <utility>

#include "delivery/courier.h"

namespace mailrail::delivery {

std::unique_ptr<Settle> Settle::delivered(const engine::ReceiptHandle& handle) {
  return std::unique_ptr<Settle>(new Settle(What::delivered, handle));
}

std::unique_ptr<Settle> Settle::retry(const engine::ReceiptHandle& handle, Duration after) {
  std::unique_ptr<Settle> settle(new Settle(What::retry, handle));
  settle->after_ = after;
  return settle;
}

std::unique_ptr<Settle> Settle::give_up(const engine::ReceiptHandle& handle,
                                        Kind kind,
                                        GivenUp given_up) {
  std::unique_ptr<Settle> settle(new Settle(What::give_up, handle));
  settle->kind_ = kind;
  settle->given_up_ = std::move(given_up);
  return settle;
}

broker::Decision Settle::decide(engine::Engine& engine, engine::Turn& turn) {
  if (engine.find_queue(handle_.queue) == nullptr) return {};  // Unsubscribed meanwhile.
  switch (what_) {
    case What::delivered: engine.delete_message(turn, handle_); break;
    case What::retry: engine.change_visibility(turn, handle_, after_); break;
    case What::give_up: give_up(engine, turn); break;
  }
  return {};
}

void Settle::give_up(engine::Engine& engine, engine::Turn& turn) {
  const engine::Subscription* subscription = engine.topics().find(given_up_->subscription);
  std::optional<engine::QueueName> dead_letters;
  if (subscription != nullptr && kind_ == Kind::notification)
    dead_letters = subscription->attributes.dead_letter_target;
  const engine::GiveUpResult result =
      engine.give_up(turn, handle_, dead_letters, given_up_->shown_bytes);
  is_given_up_ = result != engine::GiveUpResult::handle_expired;
  if (result == engine::GiveUpResult::moved) given_up_->dead_letters = dead_letters;
}

void Settle::leave(Courier& courier, std::span<const std::string_view>, Instant) {
  if (is_given_up_) courier.on(*given_up_);
}

}  // namespace mailrail::delivery
