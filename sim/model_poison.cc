// What steps aside in the model: dead letters, and poison conversations and how they go on.

#include <algorithm>

#include <fmt/format.h>

#include "sim/model.h"

namespace mailrail::sim {

using engine::ParkedResult;

bool Model::is_spent(const Queue& queue, const Message& message) {
  const auto& policy = queue.attributes.dead_letter;
  if (!policy || !message.hidden_until) return false;  // Not received since it came here.
  return message.receive_count - message.forgiven >= policy->receive_count_max;
}

bool Model::has_dead_letters(const Queue& queue) {
  const auto& policy = queue.attributes.dead_letter;
  if (!policy) return false;
  const Queue* target = find(policy->target);
  return target != nullptr && target != &queue &&
         target->attributes.is_fifo == queue.attributes.is_fifo;
}

bool Model::is_dead_letter(const Queue& queue, const Message& message) {
  return is_spent(queue, message) && !parks(queue) && has_dead_letters(queue);
}

void Model::move_dead_letter(Queue& queue, const std::string& body, Instant now) {
  const auto found = std::ranges::find(queue.messages, body, &Message::body);
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

bool Model::parks(const Queue& queue) {
  return queue.attributes.is_fifo && queue.attributes.on_poison == engine::OnPoison::park;
}

bool Model::is_parked(const Queue& queue, const std::string& group) {
  return std::ranges::find(queue.parked, group) != queue.parked.end();
}

// Nothing of it can be given, and the first message that is not too old is visible and spent.
bool Model::is_poisoned(const Queue& queue, const std::string& group, Instant now) {
  if (!parks(queue) || is_parked(queue, group)) return false;
  for (const Message& each : queue.messages) {
    if (each.group != group) continue;
    if (!is_open(queue, each, now)) return false;
    if (!is_expired(queue, each, now)) return is_spent(queue, each) && !each.is_body_damaged;
  }
  return false;
}

// A conversation without messages is none.
void Model::forget_emptied(Queue& queue) {
  std::erase_if(queue.parked, [&](const std::string& group) {
    return std::ranges::find(queue.messages, group, &Message::group) == queue.messages.end();
  });
}

// All that a receive comes upon step aside, and as long as there is room in the answer it looks at
// everything.
Complaint Model::check_parked(Queue& queue,
                              const Command& command,
                              const Answer& answer,
                              Instant now) {
  for (const std::string& group : answer.parked) {
    if (!is_poisoned(queue, group, now))
      return fmt::format("conversation \"{}\" was parked that is not poisoned", group);
    queue.parked.push_back(group);
  }
  if (answer.messages.size() == command.count_max) return {};
  for (const Message& each : queue.messages) {
    if (is_poisoned(queue, each.group, now))
      return fmt::format("conversation \"{}\" was not parked", each.group);
  }
  return {};
}

// --- Retry, skip and drop.

Complaint Model::settle(Queue& queue, const Command& command, const Answer& answer, Instant now) {
  if (!is_parked(queue, command.group))
    return unless(answer.settled == ParkedResult::not_parked,
                  "a conversation went on that was not parked");
  const bool is_skip = command.action == Action::skip_conversation;
  const bool is_discard = command.skip_to == engine::SkipTo::nowhere;
  const auto head = std::ranges::find(queue.messages, command.group, &Message::group);
  if (is_skip && is_hidden(*head, now) && !head->is_damaged)
    return unless(answer.settled == ParkedResult::head_in_flight, "a head in flight was skipped");
  if (head->is_damaged && !(is_skip && is_discard))
    return unless(answer.settled == ParkedResult::head_damaged,
                  "a damaged message was moved, or its conversation went on");
  if (is_skip && !is_discard && !has_dead_letters(queue))
    return unless(answer.settled == ParkedResult::no_dead_letters,
                  "a message went to dead letters that are not there");
  std::erase(queue.parked, command.group);
  for (Message& each : queue.messages) {
    if (each.group == command.group && each.hidden_until) each.forgiven = each.receive_count;
  }
  if (is_skip && is_discard) {
    queue.messages.erase(head);
  } else if (is_skip) {
    move_dead_letter(queue, head->body, now);
  }
  return unless(answer.settled == ParkedResult::done, "a parked conversation did not go on");
}

Complaint Model::drop(Queue& queue, const Command& command, const Answer& answer) {
  const bool was_parked = is_parked(queue, command.group);
  if (was_parked) {
    std::erase_if(queue.messages, [&](const Message& each) { return each.group == command.group; });
    forget_emptied(queue);
  }
  return unless(answer.was_parked == was_parked, "a drop was answered wrongly");
}

}  // namespace mailrail::sim
