// Topics, as the ledger sees them: who is subscribed, and in which queues a publication must be.

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/fact_codec.h"
#include "engine/limits.h"
#include "sim/fan_out.h"
#include "sim/ledger.h"

namespace mailrail::sim {
namespace {

using Delivery = engine::Published::Delivery;

// But for what depends on the numbers that the server chose.
bool is_alike(const Delivery& one, const Delivery& other) {
  return one.queue == other.queue && one.subscription == other.subscription &&
         one.is_grouped == other.is_grouped && one.is_raw == other.is_raw &&
         one.protocol == other.protocol && one.delay_seconds == other.delay_seconds;
}

std::string scope_of(const LedgerTopic& topic, const std::string& group) {
  const bool is_per_group =
      topic.attributes.deduplication_scope == engine::TopicDeduplicationScope::message_group;
  return is_per_group ? group : std::string();
}

std::string scope_of(const LedgerQueue& queue, const std::string& group) {
  const bool is_per_group =
      queue.attributes.deduplication_scope == engine::DeduplicationScope::message_group;
  return is_per_group ? group : std::string();
}

}  // namespace

// --- Topics and subscriptions.

Complaint Ledger::on(const engine::TopicCreated& fact) {
  if (!is_by(Action::create_topic) || topic_) return "a topic was created for no reason";
  if (fact.topic <= last_topic_) return "the id of a topic was used twice";
  if (fact.name != command_->topic || fact.attributes != command_->topic_attributes ||
      fact.at != at_)
    return "a topic was created with other attributes";
  last_topic_ = fact.topic;
  topic_ = fact.topic;
  topics_[fact.topic] = {.name = fact.name, .attributes = fact.attributes};
  return {};
}

Complaint Ledger::on(const engine::TopicDeleted& fact) {
  if (!is_by(Action::delete_topic) || topic_ != fact.topic)
    return "a topic was deleted for no reason";
  topics_.erase(fact.topic);
  is_changed_ = true;
  return {};
}

Complaint Ledger::on(const engine::SubscriptionCreated& fact) {
  if (!is_by(Action::subscribe) || topic_ != fact.topic || subscription_)
    return "a subscription was made for no reason";
  if (fact.subscription <= last_subscription_) return "the id of a subscription was used twice";
  const bool is_pushed = !command_->endpoint.empty();
  const auto protocol = is_pushed ? engine::Protocol::http : engine::Protocol::sqs;
  const auto state =
      is_pushed ? engine::SubscriptionState::pending : engine::SubscriptionState::confirmed;
  const auto queue = is_pushed ? std::nullopt : std::optional(command_->queue);
  if (fact.queue != queue || fact.attributes != command_->subscription ||
      fact.protocol != protocol || fact.state != state || fact.at != at_ ||
      (is_pushed && fact.endpoint != command_->endpoint))
    return "a subscription was made otherwise than it was asked for";
  last_subscription_ = fact.subscription;
  subscription_ = fact.subscription;
  topics_.at(fact.topic).subscriptions[fact.subscription] = {.queue = command_->queue,
                                                             .attributes = fact.attributes,
                                                             .endpoint = command_->endpoint,
                                                             .state = state,
                                                             .since = at_};
  is_changed_ = true;
  return {};
}

Complaint Ledger::on(const engine::SubscriptionChanged& fact) {
  if (!is_by(Action::change_subscription) || subscription_ != fact.subscription)
    return "a subscription was changed for no reason";
  if (fact.attributes != command_->subscription) return "a subscription was given other attributes";
  topics_.at(*topic_).subscriptions.at(fact.subscription).attributes = fact.attributes;
  is_changed_ = true;
  return {};
}

Complaint Ledger::on(const engine::SubscriptionDeleted& fact) {
  if (command_ == nullptr) {
    const LedgerTopic::Subscription* lapsed = find(fact.subscription);
    if (lapsed == nullptr || !has_lapsed(*lapsed)) return "a subscription ended by itself";
    for (auto& [id, topic] : topics_) {
      topic.subscriptions.erase(fact.subscription);
      topic.deactivated.erase(fact.subscription);
    }
    return {};
  }
  if (!is_by(Action::unsubscribe) || subscription_ != fact.subscription)
    return "a subscription was ended for no reason";
  topics_.at(*topic_).subscriptions.erase(fact.subscription);
  is_changed_ = true;
  return {};
}

Complaint Ledger::check_about_topic(const Reply& reply, End end) {
  if (end != End::answered) return "a command about a topic was not answered at once";
  const Action action = command_->action;
  if (action == Action::confirm) return check_confirmed(reply);
  if (reply.outcome == Outcome::no_such_topic)
    return unless(!topic_, "a topic was said not to exist that does");
  if (!topic_) return "a topic was said to exist that does not";
  if (reply.topic != *topic_) return "a command reached another topic than its own";
  if (reply.outcome == Outcome::topic_exists)
    return unless(action == Action::create_topic, "a topic existed for no creation");
  if (action == Action::create_topic) return {};
  if (action == Action::publish) return check_published(reply);
  if (reply.outcome == Outcome::no_such_subscription)
    return unless(!subscription_, "a subscription was said not to exist that does");
  if (reply.outcome == Outcome::refused)
    return unless(action == Action::subscribe && !command_->endpoint.empty() && !is_changed_,
                  "something else than a new endpoint was refused");
  if (action != Action::delete_topic && reply.subscription != subscription_)
    return "a command reached another subscription than its own";
  const LedgerTopic::Subscription* known = subscription_ ? find(*subscription_) : nullptr;
  const bool is_asked_again = known != nullptr && !known->is_confirmed();
  if (reply.outcome == Outcome::subscription_exists)
    return unless(action == Action::subscribe && is_changed_ == is_asked_again,
                  "a subscription was said to exist");
  return unless(is_changed_, "a command about a topic was answered but not done");
}

// --- Publishing.

const LedgerQueue::Original* Ledger::original_of(const LedgerTopic& topic,
                                                 const Publication& publication) const {
  if (!topic.attributes.is_fifo) return nullptr;
  const auto found =
      topic.originals.find({scope_of(topic, publication.group), publication.deduplication_id});
  if (found == topic.originals.end()) return nullptr;
  return at_ - found->second.at < engine::deduplication_window ? &found->second : nullptr;
}

// The subscription's queue or, if that is not there or takes none of the topic's messages, the one
// for its dead letters.
const std::pair<const QueueId, LedgerQueue>* Ledger::taker_of(
    const LedgerTopic& topic, const LedgerTopic::Subscription& subscription) const {
  if (!subscription.endpoint.empty()) {
    for (const auto& each : queues_) {
      const LedgerTopic::Subscription* of = find(each.second.attributes.subscription);
      if (of == &subscription) return &each;
    }
    return nullptr;
  }
  for (const auto& name :
       {std::optional(subscription.queue), subscription.attributes.dead_letter_target}) {
    for (const auto& each : queues_) {
      const bool takes = topic.attributes.is_fifo || !each.second.attributes.is_fifo;
      if (name && each.second.name == *name && takes) return &each;
    }
  }
  return nullptr;
}

// Of what is published at once no queue that deduplicates gets anything twice.
std::vector<Delivery> Ledger::deliveries_of(const LedgerTopic& topic,
                                            const Publication& publication) const {
  std::vector<Delivery> deliveries;
  std::set<QueueId> fifo_queues;
  for (const auto& [id, subscription] : topic.subscriptions) {
    if (!subscription.is_confirmed()) continue;
    const auto* taker = taker_of(topic, subscription);
    if (taker == nullptr || !is_let_through(subscription.attributes, publication)) continue;
    const auto& [queue_id, queue] = *taker;
    const bool is_fifo = queue.attributes.is_fifo;
    if (is_fifo && original_of(queue, publication.group, publication.deduplication_id) != nullptr)
      continue;
    if (is_fifo && !fifo_queues.insert(queue_id).second) continue;
    const Duration delay = is_fifo ? Duration(0) : queue.attributes.delay;
    deliveries.push_back(
        {.queue = queue_id,
         .subscription = id,
         .is_grouped = !publication.group.empty() && is_fifo == topic.attributes.is_fifo,
         .is_raw = subscription.attributes.is_raw,
         .protocol = subscription.endpoint.empty() ? engine::Protocol::sqs : engine::Protocol::http,
         .delay_seconds = static_cast<std::uint16_t>(
             std::chrono::duration_cast<std::chrono::seconds>(delay).count())});
  }
  return deliveries;
}

// One of its queues has no room, and makes none; be it a duplicate there.
bool Ledger::is_refused(const LedgerTopic& topic, const Publication& publication) const {
  return std::ranges::any_of(topic.subscriptions, [&](const auto& each) {
    const LedgerTopic::Subscription& subscription = each.second;
    if (!subscription.is_confirmed()) return false;
    const auto* taker = taker_of(topic, subscription);
    if (taker == nullptr || !is_let_through(subscription.attributes, publication)) return false;
    return is_full(taker->second) && !drops_oldest(taker->second);
  });
}

// What is wrong with where it goes does not keep it from going there, so that another law can see
// it, too.
Complaint Ledger::on(const engine::Published& fact) {
  if (!is_by(Action::publish) || topic_ != fact.topic)
    return "something was published for no reason";
  LedgerTopic& topic = topics_.at(fact.topic);
  const std::vector<Publication>& all = command_->publications;
  std::size_t place = published_.empty() ? 0 : published_.rbegin()->first + 1;
  while (place < all.size() &&
         (original_of(topic, all[place]) != nullptr || is_refused(topic, all[place])))
    ++place;
  if (place == all.size()) return "more was published than was asked for, or a duplicate";
  const Publication& publication = all[place];
  if (fact.message.seq <= last_seq_)
    return fmt::format("sequence number {} was used twice", fact.message.seq.value());
  const std::vector<Delivery> expected = deliveries_of(topic, publication);
  spread_ = {.text = publication.record()};
  for (const Delivery& each : expected) spread_.queues.insert(each.queue);
  published_[place] = last_seq_ = fact.message.seq;
  if (topic.attributes.is_fifo) {
    topic.originals[{scope_of(topic, publication.group), publication.deduplication_id}] = {
        .at = at_, .seq = fact.message.seq};
  }
  // One publication may go to a queue twice, and so beyond its bound.
  const auto is_over = [&](const Delivery& each) { return is_full(queues_.at(each.queue)); };
  if (std::ranges::any_of(fact.deliveries, is_over))
    return "something was published to a queue that is full";
  for (const Delivery& each : fact.deliveries) {
    if (each.seq <= last_seq_)
      return fmt::format("sequence number {} was used twice", each.seq.value());
    last_seq_ = each.seq;
    deliver(fact, each);
  }
  if (fact.message.queue != QueueId() || fact.message.at != at_ ||
      fact.message.group != publication.group ||
      fact.message.deduplication_id != publication.deduplication_id ||
      fact.message.record != (expected.empty() ? std::string() : publication.record()))
    return "a message was kept otherwise than it was published";
  return unless(std::ranges::equal(fact.deliveries, expected, is_alike),
                fmt::format("publication {} was delivered otherwise than its topic's "
                            "subscriptions say",
                            fact.message.seq.value()));
}

void Ledger::deliver(const engine::Published& fact, const Delivery& delivery) {
  LedgerQueue& queue = queues_.at(delivery.queue);
  const std::string group(delivery.is_grouped ? fact.message.group : "");
  const auto body_bytes = static_cast<std::uint32_t>(fact.body.size());
  queue.messages[delivery.seq] = {
      .place = {.position = place_.position + (place_.length - body_bytes), .length = body_bytes},
      .arrived_end = place_.position + place_.length,
      .group = group,
      .origin_queue = delivery.queue,
      .origin_seq = delivery.seq,
      .sent = at_,
      .delay = std::chrono::seconds(delivery.delay_seconds),
      .share = engine::Share{.topic = fact.topic,
                             .publication = fact.message.seq,
                             .subscription = delivery.subscription,
                             .is_raw = delivery.is_raw,
                             .protocol = delivery.protocol}};
  if (!queue.attributes.is_fifo || queue.attributes.is_delivery_queue()) return;
  queue.originals[{scope_of(queue, group), std::string(fact.message.deduplication_id)}] = {
      .at = at_, .seq = delivery.seq};
}

Complaint Ledger::check_published(const Reply& reply) {
  const std::vector<Publication>& all = command_->publications;
  if (reply.published.size() != all.size()) return "not every publication was answered";
  for (std::size_t place = 0; place < all.size(); ++place) {
    const std::optional<Seq>& told = reply.published[place];
    if (const auto made = published_.find(place); made != published_.end()) {
      if (told != made->second) return "a publication was told another sequence number";
      continue;
    }
    const LedgerQueue::Original* original = original_of(topics_.at(*topic_), all[place]);
    // It was refused, and then another of the same id was not.
    if (original != nullptr &&
        std::any_of(published_.upper_bound(place), published_.end(),
                    [&](const auto& each) { return each.second == original->seq; }))
      original = nullptr;
    is_duplicate_publication_ = is_duplicate_publication_ || original != nullptr;
    if (original == nullptr && told) return "a publication was answered but not done";
    if (original != nullptr && told != original->seq)
      return "a duplicate was told another publication's sequence number";
  }
  return {};
}

// --- What messages share.

Complaint Ledger::on(const engine::SharedBodyRelocated& fact) {
  const Result<engine::Sent> sent = engine::decode_sent(fact.body);
  if (!sent || sent->queue != QueueId() || sent->seq != fact.publication)
    return "another body was moved than a fact says";
  std::size_t moved = 0;
  for (auto& [id, queue] : queues_) {
    for (auto& [seq, message] : queue.messages) {
      if (!message.share || message.share->publication != fact.publication) continue;
      message.place.position = place_.position + (place_.length - fact.body.size());
      moved += 1;
    }
  }
  return unless(moved > 0, "a body was moved that no message has");
}

std::uint64_t Ledger::live_bytes() const {
  std::uint64_t bytes = 0;
  std::set<Seq> publications;
  for (const auto& [id, queue] : queues_) {
    for (const auto& [seq, message] : queue.messages) {
      if (!message.share || publications.insert(message.share->publication).second)
        bytes += message.place.length;
    }
  }
  return bytes;
}

}  // namespace mailrail::sim
