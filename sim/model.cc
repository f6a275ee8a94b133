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
constexpr Duration attempt_interval = 5min;
constexpr Duration in_flight_time_max = 12h;
constexpr Duration waiting_time = 60s;

template <class Messages>
auto with_body(Messages& messages, const std::string& body) {
  return std::ranges::find_if(messages, [&](const auto& each) { return each.body == body; });
}

bool is_shown(const Answer& answer, const std::string& body) {
  return with_body(answer.messages, body) != answer.messages.end();
}

bool is_moved(const Answer& answer, const std::string& body) {
  return std::ranges::find(answer.dead_letters, body) != answer.dead_letters.end();
}

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
  return !is_hidden(message, now) && !is_delayed(queue, message, now);
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
    if (parks(queue) && is_spent(queue, each)) break;
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
  }
  for (const auto& [name, at] : deleted_) ends.insert(at + waiting_time);
  return {ends.upper_bound(now), ends.end()};
}

// --- Commands.

Complaint Model::check(const Command& command, const Answer& answer, Instant now) {
  for (Queue& each : queues_) {
    std::erase_if(each.passed_over, [&](const auto& pair) {
      return open_in(each, pair.second, now).empty();  // It waits no longer.
    });
  }
  Queue* queue = find(command.queue);
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
  for (const Accepted& each : queue.accepted) {
    const bool is_original = each.scope == scope && each.id == command.deduplication_id &&
                             now < each.at + deduplication_interval;
    if (!is_original) continue;
    return unless(
        answer.message_id == each.message_id && answer.sequence_number == each.sequence_number,
        "a duplicate was told another id than its original");
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
                              .sequence_number = answer.sequence_number});
  }
  return {};
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
  if (is_gone || is_over) {
    const auto expected =
        is_gone ? VisibilityResult::no_such_message : VisibilityResult::handle_expired;
    return unless(answer.changed == expected, "a visibility was changed that is not there");
  }
  if (!is_hidden(*message, now)) message->received = now;
  if (now + command.timeout > message->received + in_flight_time_max)
    return unless(answer.changed == VisibilityResult::beyond_limit, "12 hours were exceeded");
  message->hidden_until = now + command.timeout;
  return unless(answer.changed == VisibilityResult::done, "a visibility was not changed");
}

// --- Receiving.

Complaint Model::receive(Queue& queue, const Command& command, const Answer& answer, Instant now) {
  const bool is_fifo = queue.attributes.is_fifo;
  const bool has_attempt = is_fifo && !command.attempt.empty();
  if (has_attempt) {
    if (Attempt* attempt = held_attempt(queue, command.attempt, now))
      return receive_again(queue, command, answer, *attempt, now);
  }
  if (answer.messages.size() > command.count_max) return "more messages came than were asked for";
  Complaint complaint = is_fifo ? check_order(queue, command, answer, now)
                                : check_choice(queue, command, answer, now);
  if (complaint.empty() && is_fifo) complaint = check_turns(queue, answer, now);
  if (complaint.empty()) complaint = check_parked(queue, command, answer, now);
  for (const std::string& body : answer.dead_letters) {
    if (complaint.empty()) move_dead_letter(queue, body, now);
  }
  for (const ShownMessage& each : answer.messages) {
    if (complaint.empty()) complaint = give(queue, command, each, now);
  }
  if (complaint.empty() && has_attempt) remember(queue, command, answer, now);
  return complaint;
}

// What one attempt is given at one moment is one answer.
void Model::remember(Queue& queue, const Command& command, const Answer& answer, Instant now) {
  if (answer.messages.empty()) return;
  const auto is_of_this = [&](const Attempt& each) { return each.name == command.attempt; };
  std::erase_if(queue.attempts,
                [&](const Attempt& each) { return is_of_this(each) && each.at != now; });
  auto attempt = std::ranges::find_if(queue.attempts, is_of_this);
  if (attempt == queue.attempts.end())
    attempt = queue.attempts.insert(attempt, {.name = command.attempt, .at = now, .given = {}});
  for (const ShownMessage& each : answer.messages) {
    const Message& message = *with_body(queue.messages, each.body);
    auto given = with_body(attempt->given, each.body);
    if (given == attempt->given.end()) given = attempt->given.insert(given, Given());
    *given = {.body = each.body, .handle = each.handle, .hidden_until = *message.hidden_until};
  }
}

// The attempt, if nothing of what it was given has been deleted or changed since.
Model::Attempt* Model::held_attempt(Queue& queue, const std::string& name, Instant now) {
  for (Attempt& each : queue.attempts) {
    if (each.name != name || now >= each.at + attempt_interval) continue;
    const bool is_held = std::ranges::all_of(each.given, [&](const Given& given) {
      return std::ranges::any_of(queue.messages, [&](const Message& message) {
        return message.handle == given.handle && message.hidden_until == given.hidden_until &&
               is_hidden(message, now);
      });
    });
    if (is_held) return &each;
  }
  return nullptr;
}

Complaint Model::receive_again(
    Queue& queue, const Command& command, const Answer& answer, Attempt& attempt, Instant now) {
  if (answer.messages.size() != attempt.given.size() || !answer.dead_letters.empty() ||
      !answer.parked.empty())
    return "a repeated attempt was not given the same messages";
  for (std::size_t i = 0; i < attempt.given.size(); ++i) {
    const ShownMessage& shown = answer.messages[i];
    if (shown.handle != attempt.given[i].handle)
      return "a repeated attempt was given another handle";
    const auto message = with_body(queue.messages, shown.body);
    if (message == queue.messages.end() || message->handle != shown.handle ||
        message->receive_count != shown.receive_count ||
        message->first_received != shown.first_received || message->sent != shown.sent)
      return "a repeated attempt was told something else";
    message->hidden_until =
        now + command.visibility_timeout.value_or(queue.attributes.visibility_timeout);
    attempt.given[i].hidden_until = *message->hidden_until;
  }
  return {};
}

// A standard queue gives any messages that may be received, as many as were asked for if there are
// that many.
Complaint Model::check_choice(const Queue& queue,
                              const Command& command,
                              const Answer& answer,
                              Instant now) {
  std::size_t receivable = 0;
  std::size_t dead = 0;
  std::size_t known = 0;
  for (const Message& each : queue.messages) {
    const bool can_go = is_open(queue, each, now) && !is_expired(queue, each, now);
    const bool is_dead = is_dead_letter(queue, each);
    if (can_go) (is_dead ? dead : receivable) += 1;
    if (is_shown(answer, each.body) && (!can_go || is_dead))
      return "a message was given that may not be";
    if (is_moved(answer, each.body) && (!can_go || !is_dead))
      return "a message was moved that may not be";
    known += is_shown(answer, each.body) || is_moved(answer, each.body) ? 1 : 0;
  }
  if (known != answer.messages.size() + answer.dead_letters.size())
    return "a message was given that is not there, or twice";
  if (answer.messages.size() != std::min(command.count_max, receivable))
    return fmt::format("{} messages came, and {} may be received", answer.messages.size(),
                       receivable);
  const bool is_full = answer.messages.size() == command.count_max;
  return unless(is_full || answer.dead_letters.size() == dead, "a dead letter was left");
}

// A FIFO queue gives as much as it can of one conversation, in order, and then of the next one.
Complaint Model::check_order(Queue& queue,
                             const Command& command,
                             const Answer& answer,
                             Instant now) {
  const bool is_full = answer.messages.size() == command.count_max;
  std::set<std::string> groups;
  for (const Message& each : queue.messages) groups.insert(each.group);
  std::vector<std::string> given;  // In the order that each conversation must have.
  std::size_t gone_count = 0;
  std::string cut_off;
  for (const std::string& group : groups) {
    bool is_cut_off = false;
    bool is_served = false;
    for (const Message* each : open_in(queue, group, now)) {
      const bool is_gone = is_shown(answer, each->body) || is_moved(answer, each->body);
      if (is_gone && is_cut_off) return "a message was given before an earlier one";
      if (is_gone && is_moved(answer, each->body) != is_dead_letter(queue, *each))
        return "a dead letter was given, or another one moved";
      is_cut_off = is_cut_off || !is_gone;
      is_served = is_served || is_gone;
      gone_count += is_gone ? 1 : 0;
      if (is_shown(answer, each->body)) given.push_back(each->body);
    }
    if (!is_cut_off) continue;
    if (!is_full) return fmt::format("messages of conversation \"{}\" were left", group);
    if (is_served && !cut_off.empty()) return "two conversations were given in part";
    if (is_served) cut_off = group;
  }
  if (gone_count != answer.messages.size() + answer.dead_letters.size())
    return "a message was given that may not be";
  // In the answer the conversations follow each other, each in its order.
  std::vector<std::string> served;
  std::vector<std::string> in_order;
  for (const ShownMessage& each : answer.messages) {
    const std::string& group = with_body(queue.messages, each.body)->group;
    if (!served.empty() && served.back() == group) continue;
    if (std::ranges::find(served, group) != served.end()) return "conversations were mixed";
    served.push_back(group);
    for (const std::string& body : given) {
      if (with_body(queue.messages, body)->group == group) in_order.push_back(body);
    }
  }
  if (!std::ranges::equal(in_order, answer.messages, {}, {}, &ShownMessage::body))
    return "a conversation was given out of order";
  return unless(cut_off.empty() || (!served.empty() && served.back() == cut_off),
                "a conversation was cut off before the answer was full");
}

// Who was served goes behind all who wait.
Complaint Model::check_turns(Queue& queue, const Answer& answer, Instant now) {
  std::set<std::string> served;
  std::set<std::string> left;
  for (const Message& each : queue.messages) {
    if (is_shown(answer, each.body)) served.insert(each.group);
    const auto open = open_in(queue, each.group, now);
    const bool can_go = std::ranges::any_of(
        open, [&](const Message* candidate) { return !is_dead_letter(queue, *candidate); });
    if (can_go) left.insert(each.group);
  }
  for (const std::string& group : served) left.erase(group);
  std::erase_if(queue.passed_over, [&](const auto& each) { return !left.contains(each.second); });
  for (const std::string& group : served) {
    for (const std::string& waiting : left) {
      const std::pair pair(group, waiting);
      if (std::ranges::find(queue.passed_over, pair) != queue.passed_over.end())
        return fmt::format("conversation \"{}\" was served twice while \"{}\" waited", group,
                           waiting);
      queue.passed_over.push_back(pair);
    }
  }
  return {};
}

Complaint Model::give(Queue& queue,
                      const Command& command,
                      const ShownMessage& shown,
                      Instant now) {
  Message& message = *with_body(queue.messages, shown.body);
  for (const auto& [handle, stay] : queue.told) {
    if (handle == shown.handle) return "a receipt handle was told twice";
  }
  if (message.receive_count == 0) message.first_received = now;
  message.receive_count += 1;
  message.received = now;
  message.hidden_until =
      now + command.visibility_timeout.value_or(queue.attributes.visibility_timeout);
  message.handle = shown.handle;
  queue.told.emplace_back(shown.handle, message.stay);
  if (message.sequence_number.empty()) message.sequence_number = shown.sequence_number;
  if (queue.attributes.is_fifo && !is_in_sequence(queue))
    return "sequence numbers do not grow with the order of a queue";
  return unless(shown.message_id == message.message_id &&
                    shown.sequence_number == message.sequence_number &&
                    shown.sent == message.sent && shown.source == message.source &&
                    shown.receive_count == message.receive_count &&
                    shown.first_received == message.first_received,
                fmt::format("\"{}\" was described wrongly", shown.body));
}

bool Model::is_in_sequence(const Queue& queue) {
  std::string last;
  for (const Message& each : queue.messages) {
    if (each.sequence_number.empty()) continue;
    if (each.sequence_number <= last) return false;
    last = each.sequence_number;
  }
  return true;
}

void Model::move_dead_letter(Queue& queue, const std::string& body, Instant now) {
  const auto found = with_body(queue.messages, body);
  Message letter = *found;
  queue.messages.erase(found);
  letter.stay = ++stays_;
  letter.source = queue.name.name;
  letter.sequence_number.clear();
  letter.delay = Duration(0);
  letter.forgiven = 0;
  letter.hidden_until.reset();
  // "The enqueue timestamp is unchanged" on a standard queue and "is reset" on a FIFO queue.
  if (queue.attributes.is_fifo) letter.sent = now;
  find(queue.attributes.dead_letter->target)->messages.push_back(std::move(letter));
}

}  // namespace mailrail::sim
