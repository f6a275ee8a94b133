#include "sim/deliveries.h"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

namespace mailrail::sim {

std::uint32_t retries_of(std::string_view endpoint) {
  return static_cast<std::uint32_t>(endpoint.back() - '0');
}

std::string delivery_policy_of(std::string_view endpoint) {
  const std::uint32_t retries = retries_of(endpoint);
  return fmt::format(
      R"({{"healthyRetryPolicy": {{"minDelayTarget": 1, "maxDelayTarget": 2, "numRetries": {}, )"
      R"("numNoDelayRetries": {}}}}})",
      retries, retries > 1 ? 1 : 0);
}

Deliveries::Message* Deliveries::find(QueueId queue, Seq seq) {
  const auto found = messages_.find({queue, seq});
  return found == messages_.end() ? nullptr : &found->second;
}

// --- What is durable.

Complaint Deliveries::durable(const engine::Fact& fact) {
  return std::visit([&](const auto& each) { return on(each); }, fact);
}

Complaint Deliveries::on(const engine::SubscriptionCreated& fact) {
  subscriptions_[fact.subscription] = {.endpoint = fact.endpoint,
                                       .dead_letters = fact.attributes.dead_letter_target};
  return {};
}

Complaint Deliveries::on(const engine::SubscriptionChanged& fact) {
  subscriptions_[fact.subscription].dead_letters = fact.attributes.dead_letter_target;
  return {};
}

Complaint Deliveries::on(const engine::SubscriptionConfirmed& fact) {
  subscriptions_[fact.subscription].is_confirmed = true;
  return {};
}

Complaint Deliveries::on(const engine::QueueCreated& fact) {
  queues_[fact.queue] = {.name = fact.name, .attributes = fact.attributes};
  return {};
}

Complaint Deliveries::on(const engine::QueueDeleted& fact) {
  queues_.erase(fact.queue);
  return end_all(fact.queue);
}

Complaint Deliveries::on(const engine::Purged& fact) { return end_all(fact.queue); }

Complaint Deliveries::end_all(QueueId queue) {
  for (auto& [id, message] : messages_) {
    if (id.first == queue && message.fate == Fate::waits) message.fate = Fate::ended;
  }
  return {};
}

// A confirmation.
Complaint Deliveries::on(const engine::Sent& fact) {
  const engine::QueueAttributes& attributes = queues_.at(fact.queue).attributes;
  if (!attributes.is_delivery_queue()) return {};
  messages_[{fact.queue, fact.seq}] = {.subscription = attributes.subscription,
                                       .group = std::string(fact.group),
                                       .is_notification = false};
  return {};
}

Complaint Deliveries::on(const engine::Published& fact) {
  for (const engine::Published::Delivery& each : fact.deliveries) {
    const engine::QueueAttributes& attributes = queues_.at(each.queue).attributes;
    if (!attributes.is_delivery_queue()) continue;
    messages_[{each.queue, each.seq}] = {.subscription = attributes.subscription,
                                         .group = std::string(fact.message.group)};
  }
  return {};
}

Complaint Deliveries::on(const engine::Leased& fact) {
  Message* message = find(fact.queue, fact.seq);
  if (message == nullptr) return {};
  const auto [attempt, is_new] = message->attempts.try_emplace(fact.receive_count);
  attempt->second.lease_end = fact.until;
  attempt->second.is_settled = !is_new;
  return {};
}

const Deliveries::Queue* Deliveries::dead_letters_of(const Message& message,
                                                     const Queue& from) const {
  const Subscription& subscription = subscriptions_.at(message.subscription);
  if (!message.is_notification) return nullptr;
  for (const auto& [id, queue] : queues_) {
    if (queue.name == subscription.dead_letters &&
        queue.attributes.is_fifo == from.attributes.is_fifo)
      return &queue;
  }
  return nullptr;
}

bool Deliveries::may_give_up(const Message& message) const {
  const std::uint32_t retries = retries_of(subscriptions_.at(message.subscription).endpoint);
  return message.was_refused || message.attempts.size() > retries;
}

Complaint Deliveries::on(const engine::Removed& fact) {
  for (const Seq seq : fact.seqs) {
    Message* message = find(fact.queue, seq);
    if (message == nullptr) continue;
    const bool has_ended = fact.why != engine::RemovalReason::deleted;
    message->fate = has_ended ? Fate::ended : Fate::removed;
    if (has_ended || message->answered_well > 0) continue;
    if (!may_give_up(*message))
      return fmt::format("message {} is gone and was not delivered", seq.value());
    if (dead_letters_of(*message, queues_.at(fact.queue)) != nullptr)
      return fmt::format("message {} was given up and is no dead letter", seq.value());
  }
  return {};
}

Complaint Deliveries::on(const engine::Moved& fact) {
  Message* message = find(fact.from, fact.from_seq);
  if (message == nullptr) return {};
  message->fate = Fate::moved;
  return unless(may_give_up(*message),
                fmt::format("message {} became a dead letter too early", fact.from_seq.value()));
}

// --- What endpoints see.

Complaint Deliveries::pushed(const Push& push, Instant now) {
  Message* message = find(push.handle.queue, push.handle.seq);
  if (message == nullptr) return "an endpoint was sent what is not durable";
  const auto attempt = message->attempts.find(push.handle.generation);
  if (attempt == message->attempts.end())
    return "an endpoint was sent something and the lease is not durable";
  const Subscription& subscription = subscriptions_.at(message->subscription);
  if (message->is_notification == push.asks_to_confirm)
    return "an endpoint was sent something else than what was for it";
  if (message->is_notification && !subscription.is_confirmed)
    return "an endpoint was sent a notification before it was confirmed";
  // Its next attempt may have been under way already.
  if (message->fate == Fate::removed && push.handle.generation <= message->answered_well)
    return "an endpoint was sent again what it had accepted";
  if (attempt->second.was_pushed) return "an endpoint was sent two requests for one attempt";
  const auto failures =
      static_cast<std::uint32_t>(std::ranges::count_if(message->attempts, [](const auto& each) {
        return each.second.was_pushed && each.second.is_settled && !each.second.was_broken_off;
      }));
  if (failures > retries_of(subscription.endpoint))
    return "an endpoint was tried more often than its policy says";
  attempt->second.was_pushed = true;
  attempt->second.is_open = true;
  return check_conversation(push, *message, now);
}

// What a dead server had sent may be there until its lease ends.
Complaint Deliveries::check_conversation(const Push& push,
                                         const Message& message,
                                         Instant now) const {
  if (!queues_.contains(push.handle.queue) || !queues_.at(push.handle.queue).attributes.is_fifo)
    return {};
  for (auto each = messages_.lower_bound({push.handle.queue, Seq(0)});
       each != messages_.end() && each->first.first == push.handle.queue; ++each) {
    if (each->second.group != message.group || each->second.fate == Fate::ended) continue;
    for (const auto& [count, attempt] : each->second.attempts) {
      const bool is_this = each->first.second == push.handle.seq && count == push.handle.generation;
      if (!is_this && attempt.is_open && attempt.lease_end > now)
        return fmt::format("of conversation \"{}\" two requests are under way", message.group);
    }
  }
  return {};
}

Complaint Deliveries::answered(const Push& push, int status) {
  Message* known = find(push.handle.queue, push.handle.seq);
  if (known == nullptr) return "an endpoint answered for what is not durable";
  Message& message = *known;
  message.attempts[push.handle.generation].is_open = false;
  message.was_refused = message.was_refused || status == 404;
  if (status != 200) return {};
  const bool is_first = message.answered_well == 0;
  message.answered_well = std::max(message.answered_well, push.handle.generation);
  const auto queue = queues_.find(push.handle.queue);
  if (message.fate == Fate::ended) return {};  // Others may have come before it.
  if (!is_first || queue == queues_.end() || !queue->second.attributes.is_fifo) return {};
  Seq& newest = newest_success_[{push.handle.queue, message.group}];
  if (push.handle.seq < newest)
    return fmt::format("message {} of a conversation was first delivered after message {}",
                       push.handle.seq.value(), newest.value());
  newest = push.handle.seq;
  return {};
}

void Deliveries::broken_off(const Push& push) {
  Message* message = find(push.handle.queue, push.handle.seq);
  if (message == nullptr) return;
  Attempt& attempt = message->attempts[push.handle.generation];
  attempt.is_open = false;
  attempt.was_broken_off = true;
}

Complaint Deliveries::all_settled() const {
  for (const auto& [id, message] : messages_) {
    if (message.fate == Fate::waits)
      return fmt::format("message {} is neither delivered nor given up", id.second.value());
  }
  return {};
}

}  // namespace mailrail::sim
