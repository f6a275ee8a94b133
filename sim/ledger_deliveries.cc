// HTTP endpoints, as the ledger sees them: who is confirmed, what waits for whom, and what must
// become of it once its endpoint has answered.

#include <algorithm>

#include <fmt/format.h>

#include "delivery/limits.h"
#include "engine/limits.h"
#include "sim/endpoints.h"
#include "sim/ledger.h"
#include "sns/publication.h"

namespace mailrail::sim {

std::optional<QueueId> Ledger::target_of(const Command& command) const {
  if (command.action == Action::settle) {
    return queues_.contains(command.handle.queue) ? std::optional(command.handle.queue)
                                                  : std::nullopt;
  }
  for (const auto& [id, queue] : queues_) {
    if (command.action == Action::take ? queue.attributes.subscription == command.pushed
                                       : queue.name == command.queue)
      return id;
  }
  return std::nullopt;
}

const LedgerTopic::Subscription* Ledger::find(SubscriptionId subscription) const {
  for (const auto& [id, topic] : topics_) {
    for (const auto* all : {&topic.subscriptions, &topic.deactivated}) {
      const auto found = all->find(subscription);
      if (found != all->end()) return &found->second;
    }
  }
  return nullptr;
}

// A restart that found the clock far ahead gives it time, too.
bool Ledger::has_lapsed(const LedgerTopic::Subscription& subscription) const {
  return !subscription.is_confirmed() &&
         at_ >= std::max(subscription.since + engine::confirmation_life, retention_starts_);
}

// --- Subscriptions.

Complaint Ledger::on(const engine::SubscriptionConfirmed& fact) {
  if (!is_by(Action::confirm) || fact.subscription != command_->pushed || fact.at != at_)
    return "a subscription was confirmed for no reason";
  for (auto& [id, topic] : topics_) {
    const auto back = topic.deactivated.extract(fact.subscription);
    has_restored_ = has_restored_ || !back.empty();
    if (!back.empty()) topic.subscriptions[fact.subscription] = back.mapped();
    const auto confirmed = topic.subscriptions.find(fact.subscription);
    if (confirmed == topic.subscriptions.end()) continue;
    if (confirmed->second.is_confirmed()) return "a subscription was confirmed twice";
    confirmed->second.state = engine::SubscriptionState::confirmed;
    confirmed->second.since = at_;
    is_changed_ = true;
  }
  return unless(is_changed_, "a subscription was confirmed that is gone");
}

Complaint Ledger::on(const engine::SubscriptionDeactivated& fact) {
  if (!is_by(Action::unsubscribe) || subscription_ != fact.subscription || fact.at != at_)
    return "a subscription was deactivated for no reason";
  LedgerTopic& topic = topics_.at(*topic_);
  LedgerTopic::Subscription ended = topic.subscriptions.extract(fact.subscription).mapped();
  if (ended.endpoint.empty() || !ended.is_confirmed())
    return "a subscription was deactivated that its endpoint never confirmed";
  ended.state = engine::SubscriptionState::deactivated;
  ended.since = at_;
  topic.deactivated[fact.subscription] = ended;
  return {};
}

Complaint Ledger::check_confirmed(const Reply& reply) const {
  const LedgerTopic::Subscription* known = find(command_->pushed);
  if (known == nullptr ||
      (!known->is_confirmed() && at_ >= known->since + engine::confirmation_life))
    return unless(reply.outcome == Outcome::no_such_subscription, "a token was good for nothing");
  if (reply.outcome == Outcome::no_such_subscription) return "a token was not believed";
  if (reply.subscription != command_->pushed) return "a token confirmed another subscription";
  if (reply.outcome == Outcome::subscription_exists)
    return unless(known->state == engine::SubscriptionState::deactivated && !is_changed_,
                  "a subscription was said to exist");
  return unless(known->is_confirmed(), "a subscription was said to be confirmed and is not");
}

// --- What waits.

Complaint Ledger::delivery_queue_created(const engine::QueueCreated& fact) {
  if (!is_by(Action::subscribe) || subscription_ != fact.attributes.subscription)
    return "a delivery queue was made for no reason";
  if (fact.queue <= last_queue_) return "the id of a queue was used twice";
  const bool is_fifo = topics_.at(*topic_).attributes.is_fifo;
  if (fact.attributes.is_fifo != is_fifo || fact.attributes.delay != Duration(0) ||
      fact.attributes.retention != engine::delivery_retention)
    return "a delivery queue was made with other attributes";
  last_queue_ = fact.queue;
  queues_[fact.queue] = {.name = fact.name, .attributes = fact.attributes};
  return {};
}

// It goes with its subscription, or is emptied when that is deactivated.
Complaint Ledger::delivery_queue_ended(QueueId queue) const {
  const SubscriptionId id = queues_.at(queue).attributes.subscription;
  const LedgerTopic::Subscription* of = find(id);
  if (of == nullptr) return "a delivery queue ended after its subscription";
  if (command_ == nullptr) return unless(has_lapsed(*of), "a delivery queue ended by itself");
  const bool is_meant = is_by(Action::unsubscribe) && subscription_ == id;
  const bool goes_with_topic = is_by(Action::delete_topic) && topic_ &&
                               (topics_.at(*topic_).subscriptions.contains(id) ||
                                topics_.at(*topic_).deactivated.contains(id));
  return unless(is_meant || goes_with_topic, "a delivery queue ended for no reason");
}

Complaint Ledger::asked_to_confirm(const engine::Sent& fact) {
  LedgerQueue& queue = queues_.at(fact.queue);
  if (!subscription_ || queue.attributes.subscription != *subscription_ ||
      !(is_by(Action::subscribe) || is_by(Action::unsubscribe)))
    return "an endpoint is asked to confirm for no reason";
  if (fact.seq <= last_seq_)
    return fmt::format("sequence number {} was used twice", fact.seq.value());
  const auto kind = is_by(Action::subscribe) ? sns::PublicationKind::subscription_confirmation
                                             : sns::PublicationKind::unsubscribe_confirmation;
  if (fact.record != sns::encode_confirmation(kind, topics_.at(*topic_).name, own_url) ||
      fact.at != at_)
    return "an endpoint is asked something else than to confirm";
  last_seq_ = fact.seq;
  queue.messages[fact.seq] = {.place = place_,
                              .arrived_end = place_.position + place_.length,
                              .group = std::string(fact.group),
                              .origin_queue = fact.queue,
                              .origin_seq = fact.seq,
                              .sent = at_};
  is_changed_ = true;
  return {};
}

// --- What becomes of it.

const LedgerQueue* Ledger::dead_letters_of_endpoint(const LedgerQueue& queue) const {
  const LedgerTopic::Subscription* of = find(queue.attributes.subscription);
  if (of == nullptr) return nullptr;
  for (const auto& [id, target] : queues_) {
    if (target.name == of->attributes.dead_letter_target &&
        target.attributes.is_fifo == queue.attributes.is_fifo)
      return &target;
  }
  return nullptr;
}

// Of a standard queue also after the lease has ended, but what another attempt has now is given up
// by that.
void Ledger::expect_settlement() {
  const LedgerQueue& queue = queues_.at(*target_);
  const LedgerMessage* message = find(*target_, command_->handle.seq);
  const LedgerTopic::Subscription* of = find(queue.attributes.subscription);
  if (message == nullptr || of == nullptr) return;
  const bool is_current = message->is_current(command_->handle, at_);
  const int status = command_->status.value_or(0);
  const bool has_retries = command_->handle.generation <= retries_of(of->endpoint);
  const Settlement wanted = status == 200                      ? Settlement::removal
                            : status == 404                    ? Settlement::giving_up
                            : !command_->status || has_retries ? Settlement::delay
                                                               : Settlement::giving_up;
  const bool must_be_current = queue.attributes.is_fifo || wanted == Settlement::giving_up;
  if (is_current || !must_be_current) settlement_ = wanted;
}

Complaint Ledger::put_off(const engine::Leased& fact, const LedgerMessage& message) {
  if (settlement_ != Settlement::delay || fact.seq != command_->handle.seq || is_changed_)
    return "a delivery was put off for no reason";
  is_changed_ = true;
  const Duration delay_max = command_->status ? retry_delay_max : Duration(0);
  return unless(fact.until >= at_ && fact.until <= at_ + delay_max &&
                    fact.started == (message.is_leased(at_) ? message.lease_started : at_) &&
                    fact.receive_count == message.receive_count &&
                    fact.first_received == message.first_received,
                "a delivery was put off wrongly");
}

// Delivered, or given up without a queue for its dead letters.
bool Ledger::is_settled(QueueId queue, Seq seq) {
  if (!is_by(Action::settle) || !is_target(queue) || command_->handle.seq != seq) return false;
  const LedgerMessage& message = queues_.at(queue).messages.at(seq);
  const bool is_lawful =
      settlement_ == Settlement::removal ||
      (settlement_ == Settlement::giving_up &&
       (!message.share || dead_letters_of_endpoint(queues_.at(queue)) == nullptr));
  is_changed_ = is_changed_ || is_lawful;
  return is_lawful;
}

}  // namespace mailrail::sim
