// Messages that are redriven in the model: where each goes, what becomes of it there, and which may
// be moved because a client chose them.

#include <algorithm>

#include <fmt/format.h>

#include "sim/model.h"

namespace mailrail::sim {

using engine::MoveTaskVerdict;
using engine::RedriveVerdict;

std::optional<MoveTaskVerdict> Model::refusal_of_move(const Queue& queue, const Command& command) {
  const Queue* destination = command.destination ? find(*command.destination) : nullptr;
  if (!is_dead_letter_queue(queue)) return MoveTaskVerdict::no_dead_letter_queue;
  if (!command.destination) return std::nullopt;
  if (destination == nullptr) return MoveTaskVerdict::no_destination;
  if (destination == &queue) return MoveTaskVerdict::to_itself;
  if (destination->attributes.is_fifo != queue.attributes.is_fifo)
    return MoveTaskVerdict::to_another_type;
  return std::nullopt;
}

Model::Queue* Model::destination_of(const Queue& queue,
                                    const std::optional<engine::QueueName>& destination,
                                    const Message& message) {
  const engine::QueueName source{
      .region = queue.name.region, .account = queue.name.account, .name = message.source};
  if (!destination && message.source.empty()) return nullptr;
  Queue* target = find(destination.value_or(source));
  const bool can_take = target != nullptr && target != &queue &&
                        target->attributes.is_fifo == queue.attributes.is_fifo;
  return can_take ? target : nullptr;
}

// A new message, but for what was sent and in which conversation.
void Model::send_anew(Queue& from, std::vector<Message>::iterator message, Queue& to, Instant now) {
  to.messages.push_back({.stay = ++stays_,
                         .body = message->body,
                         .group = message->group,
                         .sent = now,
                         .publication = message->publication,
                         .way = message->way,
                         .is_body_damaged = message->is_body_damaged});
  from.messages.erase(message);
  forget_turns(from, now);
}

// --- By choice.

Complaint Model::redrive_chosen(Queue& queue,
                                const Command& command,
                                const Answer& answer,
                                Instant now) {
  const auto refusal = refusal_of_move(queue, command);
  if (answer.task != refusal.value_or(MoveTaskVerdict::started))
    return "a redrive was answered wrongly";
  if (answer.chosen.size() != (refusal ? 0 : command.chosen.size()))
    return "a redrive told of more or less than was chosen";
  std::vector<std::string> held_up;
  for (const ChosenMessage& each : answer.chosen) {
    const auto message = std::ranges::find(queue.messages, each.body, &Message::body);
    if (message == queue.messages.end() || is_expired(queue, *message, now)) {
      if (each.verdict != RedriveVerdict::not_there)
        return fmt::format("\"{}\" was redriven and is not there", each.body);
      continue;
    }
    RedriveVerdict expected = verdict_on(queue, *message, command.destination, now);
    if (std::ranges::find(held_up, message->group) != held_up.end())
      expected = RedriveVerdict::not_visible;
    if (each.verdict != expected)
      return fmt::format("what becomes of \"{}\" was answered wrongly", each.body);
    if (expected != RedriveVerdict::moved) {
      if (queue.attributes.is_fifo) held_up.push_back(message->group);
      continue;
    }
    Queue* to = destination_of(queue, command.destination, *message);
    if (each.to != to->name) return "a chosen message was redriven to another queue";
    send_anew(queue, message, *to, now);
  }
  return {};
}

// Nobody holds it or, on a FIFO queue, the first of its conversation.
RedriveVerdict Model::verdict_on(const Queue& queue,
                                 const Message& message,
                                 const std::optional<engine::QueueName>& destination,
                                 Instant now) {
  const auto head = std::ranges::find(queue.messages, message.group, &Message::group);
  const bool is_in_sight = is_open(queue, message, now) && !message.is_body_damaged &&
                           !is_parked(queue, message.group) &&
                           (!queue.attributes.is_fifo || is_open(queue, *head, now));
  if (!is_in_sight) return RedriveVerdict::not_visible;
  if (!destination && message.source.empty()) return RedriveVerdict::no_source;
  const bool has_way = destination_of(queue, destination, message) != nullptr;
  return has_way ? RedriveVerdict::moved : RedriveVerdict::no_destination;
}

}  // namespace mailrail::sim
