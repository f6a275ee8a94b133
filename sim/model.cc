#include "sim/model.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace mailrail::sim {
namespace {

using engine::DeleteResult;
using engine::VisibilityResult;

// As AWS documents them; written down here once more on purpose.
constexpr Duration deduplication_interval = 5min;
constexpr Duration in_flight_time_max = 12h;
constexpr Duration waiting_time = 60s;

std::string scope_of(const engine::QueueAttributes& attributes, const std::string& group) {
  const bool is_per_group =
      attributes.deduplication_scope == engine::DeduplicationScope::message_group;
  return is_per_group ? group : "";
}

}  // namespace

// --- What a message is at a moment.

bool Model::is_hidden(const Message& message, Instant now) {
  return message.hidden_until && now < *message.hidden_until;
}

// A FIFO queue delays all that are too young for it, a standard queue each until its first receive.
bool Model::is_delayed(const Queue& queue, const Message& message, Instant now) {
  if (queue.attributes.is_fifo)
    return !is_hidden(message, now) && now < message.sent + queue.attributes.delay;
  return message.receive_count == 0 && now < message.sent + message.delay;
}

bool Model::is_expired(const Queue& queue, const Message& message, Instant now) {
  return now >= message.sent + queue.attributes.retention;
}

bool Model::is_open(const Queue& queue, const Message& message, Instant now) {
  return !message.is_damaged && !is_hidden(message, now) && !is_delayed(queue, message, now);
}

// FIFO: the longest prefix in which every message is visible and none is poison, without those that
// are too old.
std::vector<const Model::Message*> Model::open_in(const Queue& queue,
                                                  const std::string& group,
                                                  Instant now) {
  std::vector<const Message*> open;
  if (is_parked(queue, group)) return open;
  for (const Message& each : queue.messages) {
    if (each.group != group) continue;
    if (!is_open(queue, each, now)) break;
    if (is_expired(queue, each, now)) continue;
    if (each.is_body_damaged || (parks(queue) && is_spent(queue, each))) break;
    open.push_back(&each);
  }
  return open;
}

Model::Queue* Model::find(const engine::QueueName& name) {
  const auto found =
      std::ranges::find_if(queues_, [&](const Queue& each) { return each.name == name; });
  return found == queues_.end() ? nullptr : &*found;
}

void Model::remove_expired(Instant now) {
  for (Queue& queue : queues_) {
    std::erase_if(queue.messages,
                  [&](const Message& each) { return is_expired(queue, each, now); });
    forget_emptied(queue);
  }
}

void Model::damaged(const engine::QueueName& queue, const std::string& body) {
  std::ranges::find(find(queue)->messages, body, &Message::body)->is_damaged = true;
}

// A conversation of which nothing can be given waits no longer.
void Model::forget_turns(Queue& queue, Instant now) {
  std::erase_if(queue.passed_over,
                [&](const auto& pair) { return open_in(queue, pair.second, now).empty(); });
}

void Model::restarted() {
  for (Queue& queue : queues_) queue.passed_over.clear();
}

std::vector<Instant> Model::boundaries(Instant now) const {
  std::set<Instant> ends;
  for (const Queue& queue : queues_) {
    for (const Message& each : queue.messages) {
      ends.insert(each.hidden_until.value_or(now));
      ends.insert(each.sent + (queue.attributes.is_fifo ? queue.attributes.delay : each.delay));
      ends.insert(each.sent + queue.attributes.retention);
    }
    for (const Accepted& each : queue.accepted) ends.insert(each.at + deduplication_interval);
    for (const Attempt& each : queue.attempts) ends.insert(each.at + attempt_interval);
    if (queue.purged) ends.insert(*queue.purged + waiting_time);
    if (!queue.tasks.empty()) ends.insert(next_move(queue.tasks.back()));
  }
  for (const Topic& topic : topics_) {
    for (const Accepted& each : topic.accepted) ends.insert(each.at + deduplication_interval);
  }
  for (const auto& [name, at] : deleted_) ends.insert(at + waiting_time);
  return {ends.upper_bound(now), ends.end()};
}

// --- Commands.

Complaint Model::check(const Command& command, const Answer& answer, Instant now) {
  for (Queue& each : queues_) forget_turns(each, now);
  Complaint complaint = check_tasks(answer, now);
  if (complaint.empty()) complaint = carried_out(command, answer, now);
  note_waiting(now);
  return complaint.empty() ? check_list(answer) : complaint;
}

Complaint Model::carried_out(const Command& command, const Answer& answer, Instant now) {
  Queue* queue = find(command.queue);
  if (is_about_topic(command.action)) return about_topic(command, answer, now);
  if (command.action == Action::create_queue) return create(command, answer, now);
  if (queue == nullptr)
    return unless(answer.outcome == Outcome::no_such_queue, "a queue answered that does not exist");
  if (answer.outcome == Outcome::no_such_queue) return "a queue did not answer";
  switch (command.action) {
    case Action::change_queue:
      queue->attributes = command.attributes;
      return {};
    case Action::delete_queue:
      deleted_.emplace_back(queue->name, now);
      queues_.erase(queues_.begin() + (queue - queues_.data()));
      return {};
    case Action::purge_queue:
      return purge(*queue, answer, now);
    case Action::count:
      return count(*queue, answer, now);
    case Action::send:
      return send(*queue, command, answer, now);
    case Action::receive:
      return receive(*queue, command, answer, now);
    case Action::start_move_task:
      return start(*queue, command, answer, now);
    case Action::cancel_move_task:
      return cancel(*queue, answer);
    case Action::redrive_messages:
      return redrive_chosen(*queue, command, answer, now);
    case Action::retry_conversation:
    case Action::skip_conversation:
      return settle(*queue, command, answer, now);
    case Action::drop_conversation:
      return drop(*queue, command, answer);
    default:
      return use_handle(*queue, command, answer, now);
  }
}

Complaint Model::create(const Command& command, const Answer& answer, Instant now) {
  if (find(command.queue) != nullptr)
    return unless(answer.outcome == Outcome::queue_exists, "a queue was made twice");
  std::optional<Instant> deleted;
  for (const auto& [name, at] : deleted_) {
    if (name == command.queue) deleted = at;
  }
  if (must_wait(deleted, now))
    return unless(answer.outcome == Outcome::too_soon, "a queue was made again too soon");
  queues_.push_back({.name = command.queue, .attributes = command.attributes});
  return unless(answer.outcome == Outcome::done, "a queue was not made");
}

Complaint Model::purge(Queue& queue, const Answer& answer, Instant now) {
  if (must_wait(queue.purged, now))
    return unless(answer.outcome == Outcome::too_soon, "a queue was purged again too soon");
  queue.messages.clear();
  queue.accepted.clear();
  queue.parked.clear();
  queue.purged = now;
  return unless(answer.outcome == Outcome::done, "a queue was not purged");
}

bool Model::must_wait(const std::optional<Instant>& since, Instant now) const {
  return strictness_ == engine::Strictness::aws && since && now - *since < waiting_time;
}

Complaint Model::count(const Queue& queue, const Answer& answer, Instant now) const {
  engine::QueueCounts counts;
  for (const Message& each : queue.messages) {
    if (each.is_damaged) continue;
    const bool hidden = is_hidden(each, now);
    const bool delayed = is_delayed(queue, each, now);
    (hidden ? counts.in_flight : delayed ? counts.delayed : counts.visible) += 1;
    counts.parked += is_parked(queue, each.group) ? 1 : 0;
  }
  counts.parked_conversations = queue.parked.size();
  return unless(is_same(counts, answer.counts),
                fmt::format("{} visible, {} in flight, {} delayed and {} parked were counted, not "
                            "{}, {}, {}, {}",
                            answer.counts.visible, answer.counts.in_flight, answer.counts.delayed,
                            answer.counts.parked, counts.visible, counts.in_flight, counts.delayed,
                            counts.parked));
}

Complaint Model::send(Queue& queue, const Command& command, const Answer& answer, Instant now) {
  const bool is_fifo = queue.attributes.is_fifo;
  const std::string scope = scope_of(queue.attributes, command.group);
  for (Accepted& each : queue.accepted) {
    const bool is_original = each.scope == scope && each.id == command.deduplication_id &&
                             now < each.at + deduplication_interval;
    if (is_original) return answer_duplicate(queue, each, answer);
  }
  if (std::ranges::find(message_ids_, answer.message_id) != message_ids_.end())
    return "a message was told the id of another";
  message_ids_.push_back(answer.message_id);
  if (is_fifo && answer.sequence_number <= newest_sequence_number_)
    return "a sequence number is not above those before it";
  newest_sequence_number_ = std::max(newest_sequence_number_, answer.sequence_number);
  queue.messages.push_back(
      {.stay = ++stays_,
       .body = command.body,
       .group = command.group,
       .message_id = answer.message_id,
       .sequence_number = answer.sequence_number,
       .sent = now,
       .delay = is_fifo ? Duration(0) : command.delay.value_or(queue.attributes.delay)});
  if (is_fifo) {
    queue.accepted.push_back({.scope = scope,
                              .id = command.deduplication_id,
                              .at = now,
                              .message_id = answer.message_id,
                              .sequence_number = answer.sequence_number,
                              .stay = stays_});
  }
  return {};
}

// Nobody knows the ids of what came by a topic until they are told.
Complaint Model::answer_duplicate(Queue& queue, Accepted& original, const Answer& answer) {
  if (original.message_id.empty()) {
    const auto message = std::ranges::find(queue.messages, original.stay, &Message::stay);
    if (message != queue.messages.end()) {
      if (std::ranges::find(message_ids_, answer.message_id) != message_ids_.end())
        return "a duplicate was told the id of another than its original";
      message_ids_.push_back(answer.message_id);
      message->message_id = answer.message_id;
      message->sequence_number = answer.sequence_number;
    }
    original.message_id = answer.message_id;
    original.sequence_number = answer.sequence_number;
  }
  return unless(answer.message_id == original.message_id &&
                    answer.sequence_number == original.sequence_number,
                "a duplicate was told another id than its original");
}

Complaint Model::use_handle(Queue& queue,
                            const Command& command,
                            const Answer& answer,
                            Instant now) {
  const auto told = std::ranges::find_if(
      queue.told, [&](const auto& each) { return each.first == command.handle; });
  if (told == queue.told.end())
    return unless(answer.outcome == Outcome::wrong_queue, "a handle of no message was taken");
  if (answer.outcome == Outcome::wrong_queue) return "a handle was refused by its own queue";
  const auto message = std::ranges::find_if(
      queue.messages, [&](const Message& each) { return each.stay == told->second; });
  const bool is_gone = message == queue.messages.end();
  // Only a FIFO queue minds whether the lease that the handle stands for has ended.
  const bool is_over = !is_gone && queue.attributes.is_fifo &&
                       (message->handle != command.handle || !is_hidden(*message, now));
  if (command.action == Action::delete_message) {
    const DeleteResult expected = is_over ? DeleteResult::handle_expired : DeleteResult::done;
    if (!is_gone && !is_over) queue.messages.erase(message);
    forget_emptied(queue);
    return unless(answer.deleted == expected, "a delete was answered wrongly");
  }
  const bool cannot_be_given = is_gone || message->is_damaged;
  if (cannot_be_given || is_over) {
    const auto expected =
        cannot_be_given ? VisibilityResult::no_such_message : VisibilityResult::handle_expired;
    return unless(answer.changed == expected, "a visibility was changed that is not there");
  }
  if (!is_hidden(*message, now)) message->received = now;
  if (now + command.timeout > message->received + in_flight_time_max)
    return unless(answer.changed == VisibilityResult::beyond_limit, "12 hours were exceeded");
  message->hidden_until = now + command.timeout;
  return unless(answer.changed == VisibilityResult::done, "a visibility was not changed");
}

}  // namespace mailrail::sim
