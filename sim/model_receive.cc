// Receiving in the model: which messages may come, in what order, and what is told of each.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sim/model.h"

namespace mailrail::sim {
namespace {

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

}  // namespace

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
  if (complaint.empty()) complaint = check_damaged(queue, command, answer, now);
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
               is_hidden(message, now) && !message.is_damaged;
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
    const bool can_go =
        is_open(queue, each, now) && !is_expired(queue, each, now) && !each.is_body_damaged;
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
  if (message.message_id.empty()) {
    if (std::ranges::find(message_ids_, shown.message_id) != message_ids_.end())
      return "a redriven message was told an id that there was";
    message.message_id = shown.message_id;
    message_ids_.push_back(shown.message_id);
  }
  if (message.sequence_number.empty()) message.sequence_number = shown.sequence_number;
  for (Accepted& each : queue.accepted) {
    if (each.stay != message.stay || !each.message_id.empty()) continue;
    each.message_id = shown.message_id;
    each.sequence_number = shown.sequence_number;
  }
  if (queue.attributes.is_fifo && !is_in_sequence(queue))
    return "sequence numbers do not grow with the order of a queue";
  return unless(shown.message_id == message.message_id &&
                    shown.sequence_number == message.sequence_number &&
                    shown.sent == message.sent && shown.source == message.source &&
                    shown.receive_count == message.receive_count && shown.way == message.way &&
                    shown.is_grouped != message.group.empty() &&
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

}  // namespace mailrail::sim
