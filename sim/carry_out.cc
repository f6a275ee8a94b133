#include "sim/carry_out.h"

#include <utility>

namespace mailrail::sim {
namespace {

Reply create_queue(const Command& command, engine::Engine& engine, engine::Turn& turn) {
  if (const engine::Queue* queue = engine.find_queue(command.queue))
    return {.outcome = Outcome::queue_exists, .queue = queue->id};
  if (engine.is_deleted_recently(command.queue, turn.now)) return {.outcome = Outcome::too_soon};
  return {.queue = engine.create_queue(turn, command.queue, command.attributes, command.tags)};
}

// At a limit, or a queue's bound, nothing is added; the answer of a duplicate adds nothing.
Reply send(const Command& command,
           const engine::Queue& queue,
           engine::Engine& engine,
           engine::Turn& turn) {
  const engine::SendRequest request{.queue = queue.id,
                                    .delay = command.delay,
                                    .group = command.group,
                                    .deduplication_id = command.deduplication_id,
                                    .record = command.body};
  const bool is_full = engine.reached_bound(queue.id).has_value();
  const bool has_room = !turn.full();
  if (has_room && !is_full) return {.queue = queue.id, .sent = engine.send(turn, request)};
  const auto original = engine.original_of(turn.now, request);
  const Outcome outcome = has_room ? Outcome::queue_is_full : Outcome::refused;
  if (!original) return {.outcome = outcome, .queue = queue.id};
  return {.queue = queue.id, .sent = *original};
}

void use_handle(const Command& command, engine::Engine& engine, engine::Turn& turn, Reply& reply) {
  if (command.handle.queue != reply.queue) {
    reply.outcome = Outcome::wrong_queue;
  } else if (command.action == Action::delete_message) {
    reply.deleted = engine.delete_message(turn, command.handle);
  } else {
    reply.changed = engine.change_visibility(turn, command.handle, command.timeout);
  }
}

void redrive(const Command& command, engine::Engine& engine, engine::Turn& turn, Reply& reply) {
  auto results = engine.redrive(
      turn,
      {.source = reply.queue, .destination = command.destination, .messages = command.chosen});
  if (!results) reply.task = results.error();
  if (results) reply.redriven = *std::move(results);
}

}  // namespace

Reply carry_out(const Command& command, engine::Engine& engine, engine::Turn& turn) {
  if (command.action == Action::create_queue) return create_queue(command, engine, turn);
  if (is_about_topic(command.action)) return carry_out_about_topic(command, engine, turn);
  if (command.action == Action::give_back) {
    engine.give_back(turn, command.handle);
    return {};
  }
  const engine::Queue* queue = engine.find_queue(command.queue);
  if (queue == nullptr) return {.outcome = Outcome::no_such_queue};
  Reply reply{.queue = queue->id};
  switch (command.action) {
    case Action::change_queue:
      engine.change_queue(turn, queue->id, command.attributes);
      break;
    case Action::delete_queue:
      engine.delete_queue(turn, queue->id);
      break;
    case Action::purge_queue:
      if (engine.purge_queue(turn, queue->id) == engine::PurgeResult::too_soon)
        reply.outcome = Outcome::too_soon;
      break;
    case Action::count:
      engine.advance(turn.now);
      reply.counts = engine.counts(queue->id);
      break;
    case Action::start_move_task:
      reply.task = engine
                       .start_move_task(turn, {.source = queue->id,
                                               .destination = command.destination,
                                               .rate = command.rate,
                                               .pace = command.pace})
                       .verdict;
      break;
    case Action::cancel_move_task:
      if (!queue->is_moving()) return {.outcome = Outcome::no_such_task, .queue = queue->id};
      engine.cancel_move_task(turn, queue->id);
      break;
    case Action::redrive_messages:
      redrive(command, engine, turn, reply);
      break;
    case Action::send:
      return send(command, *queue, engine, turn);
    case Action::receive:
      reply.received = engine.receive(turn, {.queue = queue->id,
                                             .count_max = command.count_max,
                                             .visibility_timeout = command.visibility_timeout,
                                             .attempt = command.attempt});
      break;
    case Action::retry_conversation:
      reply.settled = engine.retry(turn, queue->id, command.group);
      break;
    case Action::skip_conversation:
      reply.settled = engine.skip(turn, queue->id, command.group, command.skip_to);
      break;
    case Action::drop_conversation:
      if (const auto all =
              command.drop ? command.drop : engine.drop_request(queue->id, command.group))
        reply.dropped = engine.drop(turn, queue->id, *all, 1);
      break;
    default:
      use_handle(command, engine, turn, reply);
  }
  return reply;
}

}  // namespace mailrail::sim
