// Topics in the model: who is subscribed, what each queue gets of a publication, and what becomes
// of messages when the body that they share is damaged.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sim/fan_out.h"
#include "sim/model.h"

namespace mailrail::sim {
namespace {

// As AWS documents it; written down here once more on purpose.
constexpr Duration deduplication_interval = 5min;

bool is_original(const auto& accepted, const auto& scope, const std::string& id, Instant now) {
  return accepted.scope == scope && accepted.id == id && now < accepted.at + deduplication_interval;
}

}  // namespace

std::string body_for(const std::string& queue, std::string_view text, std::string_view group) {
  return fmt::format("{} gets {} {}", queue, text, group);
}

// --- Topics and subscriptions.

Complaint Model::about_topic(const Command& command, const Answer& answer, Instant now) {
  const auto topic = std::ranges::find(topics_, command.topic, &Topic::name);
  const bool is_there = topic != topics_.end();
  if (command.action == Action::create_topic) {
    if (!is_there)
      topics_.push_back({.name = command.topic, .attributes = command.topic_attributes});
    return unless(answer.outcome == (is_there ? Outcome::topic_exists : Outcome::done),
                  "the creation of a topic was answered wrongly");
  }
  if (!is_there)
    return unless(answer.outcome == Outcome::no_such_topic, "a topic answered that does not exist");
  if (command.action == Action::delete_topic) {
    topics_.erase(topic);
    return unless(answer.outcome == Outcome::done, "a topic was not deleted");
  }
  if (command.action != Action::publish) return about_subscription(*topic, command, answer);
  if (answer.outcome != Outcome::done || answer.published.size() != command.publications.size())
    return "a topic did not take what was published";
  Complaint complaint;
  for (std::size_t i = 0; complaint.empty() && i < command.publications.size(); ++i)
    complaint = publish(*topic, command.publications[i], answer.published[i], now);
  return complaint;
}

Complaint Model::about_subscription(Topic& topic, const Command& command, const Answer& answer) {
  const auto subscription =
      std::ranges::find(topic.subscriptions, command.queue, &Subscription::queue);
  const bool is_there = subscription != topic.subscriptions.end();
  Outcome expected = is_there ? Outcome::done : Outcome::no_such_subscription;
  if (command.action == Action::subscribe) {
    expected = is_there ? Outcome::subscription_exists : Outcome::done;
    if (!is_there)
      topic.subscriptions.push_back({.queue = command.queue, .attributes = command.subscription});
  } else if (is_there && command.action == Action::unsubscribe) {
    topic.subscriptions.erase(subscription);
  } else if (is_there) {
    subscription->attributes = command.subscription;
  }
  return unless(answer.outcome == expected, "a command about a subscription was answered wrongly");
}

// --- Publishing.

Complaint Model::publish(Topic& topic,
                         const Publication& publication,
                         const ShownPublication& told,
                         Instant now) {
  const bool is_fifo = topic.attributes.is_fifo;
  const bool is_per_group =
      topic.attributes.deduplication_scope == engine::TopicDeduplicationScope::message_group;
  const std::string scope = is_per_group ? publication.group : "";
  for (const Accepted& each : topic.accepted) {
    if (!is_fifo || !is_original(each, scope, publication.deduplication_id, now)) continue;
    return unless(
        told.message_id == each.message_id && told.sequence_number == each.sequence_number,
        "a duplicate was told the id of another publication");
  }
  if (std::ranges::find(message_ids_, told.message_id) != message_ids_.end())
    return "a publication was told the id of another message";
  message_ids_.push_back(told.message_id);
  if (is_fifo && told.sequence_number <= newest_sequence_number_)
    return "a sequence number is not above those before it";
  newest_sequence_number_ = std::max(newest_sequence_number_, told.sequence_number);
  if (is_fifo) {
    topic.accepted.push_back({.scope = scope,
                              .id = publication.deduplication_id,
                              .at = now,
                              .message_id = told.message_id,
                              .sequence_number = told.sequence_number});
  }
  for (const Subscription& each : topic.subscriptions) {
    if (is_let_through(each.attributes, publication)) deliver(topic, each, publication, now);
  }
  return {};
}

// Into its queue or, if that is not there or is a FIFO queue and the topic is none, into the one
// for its dead letters. What that has already under the id it does not get again.
void Model::deliver(const Topic& topic,
                    const Subscription& subscription,
                    const Publication& publication,
                    Instant now) {
  const auto takes = [&](const Queue* queue) {
    return queue != nullptr && (topic.attributes.is_fifo || !queue->attributes.is_fifo);
  };
  const auto& dead_letters = subscription.attributes.dead_letter_target;
  Queue* queue = find(subscription.queue);
  if (!takes(queue)) queue = dead_letters ? find(*dead_letters) : nullptr;
  if (!takes(queue)) return;
  const bool is_fifo = queue->attributes.is_fifo;
  const bool is_per_group =
      queue->attributes.deduplication_scope == engine::DeduplicationScope::message_group;
  const std::string scope = is_per_group ? publication.group : "";
  const bool is_duplicate = std::ranges::any_of(queue->accepted, [&](const Accepted& each) {
    return is_original(each, scope, publication.deduplication_id, now);
  });
  if (is_fifo && is_duplicate) return;
  const bool keeps_group = is_fifo == topic.attributes.is_fifo;
  queue->messages.push_back(
      {.stay = ++stays_,
       .body = body_for(subscription.queue.name, publication.text, publication.group),
       .group = keeps_group ? publication.group : "",
       .sent = now,
       .delay = is_fifo ? Duration(0) : queue->attributes.delay,
       .publication = publication.text,
       .way = subscription.attributes.is_raw ? Way::raw : Way::enveloped});
  if (!is_fifo) return;
  queue->accepted.push_back({.scope = scope,
                             .id = publication.deduplication_id,
                             .at = now,
                             .message_id = {},
                             .sequence_number = {},
                             .stay = stays_});
}

// --- Damage.

void Model::damaged(const std::string& publication) {
  for (Queue& queue : queues_) {
    for (Message& each : queue.messages)
      each.is_body_damaged = each.is_body_damaged || each.publication == publication;
  }
}

// A receive that comes upon it finds it damaged.
bool Model::is_found_damaged(const Queue& queue, const Message& message, Instant now) {
  if (!message.is_body_damaged || !is_open(queue, message, now) ||
      is_expired(queue, message, now) || is_parked(queue, message.group))
    return false;
  if (!queue.attributes.is_fifo) return true;
  // Behind another that stays it is not come upon.
  return std::ranges::none_of(queue.messages, [&](const Message& each) {
    const bool is_before = each.group == message.group && each.stay < message.stay;
    const bool is_expiring = is_open(queue, each, now) && is_expired(queue, each, now);
    const bool goes_first = is_open(queue, each, now) && !each.is_body_damaged &&
                            !(parks(queue) && is_spent(queue, each));
    return is_before && !is_expiring && !goes_first;
  });
}

// As long as there is room in the answer a receive looks at everything.
Complaint Model::check_damaged(Queue& queue,
                               const Command& command,
                               const Answer& answer,
                               Instant now) {
  for (const std::string& body : answer.damaged) {
    const auto message = std::ranges::find(queue.messages, body, &Message::body);
    if (message == queue.messages.end() || !is_found_damaged(queue, *message, now))
      return fmt::format("\"{}\" was found damaged and is not", body);
    message->is_damaged = true;
  }
  if (answer.messages.size() == command.count_max) return {};
  for (const Message& each : queue.messages) {
    if (!each.is_damaged && is_found_damaged(queue, each, now))
      return fmt::format("\"{}\" is damaged and was not found so", each.body);
  }
  return {};
}

}  // namespace mailrail::sim
