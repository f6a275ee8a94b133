#include "sim/sim_call.h"

#include <algorithm>
#include <utility>

namespace mailrail::sim {

using broker::Decision;
using Verdict = Decision::Verdict;

SimCall::SimCall(Command command, Judge& judge, const Sabotage& sabotage)
    : Call(command.number), command_(std::move(command)), judge_(judge), sabotage_(sabotage) {}

Decision SimCall::decide(engine::Engine& engine, engine::Turn& turn) {
  judge_.asking(command_, turn.facts, turn.now);
  reply_ = {};
  bodies_.clear();
  const Decision decision = run(engine, turn);
  if (sabotage_.what == Sabotage::What::loses_wake_ups && command_.action == Action::send)
    engine.take_woken();
  const Ledger::End end = decision.verdict == Verdict::answer ? Ledger::End::answered
                          : decision.verdict == Verdict::wait ? Ledger::End::waits
                                                              : Ledger::End::asks_again;
  judge_.asked(command_, reply_, end, turn.facts);
  return sabotaged(decision, engine);
}

Decision SimCall::run(engine::Engine& engine, engine::Turn& turn) {
  if (command_.action == Action::create_queue) return create_queue(engine, turn);
  if (command_.action == Action::give_back) {
    engine.give_back(turn, command_.handle);
    return {};
  }
  const engine::Queue* queue = engine.find_queue(command_.queue);
  if (queue == nullptr) {
    reply_.outcome = Outcome::no_such_queue;
    return {};
  }
  reply_.queue = queue->id;
  switch (command_.action) {
    case Action::change_queue:
      engine.change_queue(turn, queue->id, command_.attributes);
      break;
    case Action::delete_queue:
      engine.delete_queue(turn, queue->id);
      break;
    case Action::purge_queue:
      engine.purge_queue(turn, queue->id);
      break;
    case Action::count:
      engine.advance(turn.now);
      reply_.counts = engine.counts(queue->id);
      break;
    case Action::send:
      reply_.sent = engine.send(turn, {.queue = queue->id,
                                       .delay = command_.delay,
                                       .group = command_.group,
                                       .deduplication_id = command_.deduplication_id,
                                       .record = command_.body});
      break;
    case Action::receive:
      return receive(engine, turn, *queue);
    default:
      use_handle(engine, turn);
  }
  return {};
}

Decision SimCall::create_queue(engine::Engine& engine, engine::Turn& turn) {
  if (const engine::Queue* queue = engine.find_queue(command_.queue)) {
    reply_.queue = queue->id;
    reply_.outcome = Outcome::queue_exists;
  } else {
    reply_.queue = engine.create_queue(turn, command_.queue, command_.attributes, {});
  }
  return {};
}

Decision SimCall::receive(engine::Engine& engine, engine::Turn& turn, const engine::Queue& queue) {
  if (!deadline_) deadline_ = turn.now + command_.wait;
  const bool is_fifo = queue.attributes.is_fifo;
  reply_.received = engine.receive(turn, {.queue = queue.id,
                                          .count_max = command_.count_max,
                                          .visibility_timeout = command_.visibility_timeout,
                                          .attempt = command_.attempt});
  const std::vector<engine::ReceivedMessage>& messages = reply_.received.messages;
  if (reply_.received.is_unfinished) return {.verdict = Verdict::again};
  if (messages.empty()) {
    if (turn.now < *deadline_)
      return {.verdict = Verdict::wait, .queue = queue.id, .deadline = *deadline_};
    return {};
  }
  for (const engine::ReceivedMessage& each : messages) bodies_.push_back(each.body);
  const bool came_as_dead_letter = std::ranges::any_of(
      messages, [](const auto& each) { return each.dead_letter_source.has_value(); });
  const bool may_lose_lease =
      !is_fifo && !came_as_dead_letter && !reply_.received.moved_dead_letters;
  return {.waits = may_lose_lease ? Decision::Waits::for_bodies : Decision::Waits::for_everything};
}

void SimCall::use_handle(engine::Engine& engine, engine::Turn& turn) {
  engine::ReceiptHandle handle = command_.handle;
  if (handle.queue != reply_.queue) {
    reply_.outcome = Outcome::wrong_queue;
    return;
  }
  if (sabotage_.what == Sabotage::What::believes_stale_handles)
    handle.generation = judge_.ledger().generation(handle.queue, handle.seq);
  if (command_.action == Action::delete_message) {
    reply_.deleted = engine.delete_message(turn, handle);
  } else {
    reply_.changed = engine.change_visibility(turn, handle, command_.timeout);
  }
}

Decision SimCall::sabotaged(Decision decision, const engine::Engine& engine) const {
  const engine::Queue* queue = engine.find_queue(command_.queue);
  const bool is_fifo_receive =
      command_.action == Action::receive && queue != nullptr && queue->attributes.is_fifo;
  const bool is_hasty =
      (sabotage_.what == Sabotage::What::answers_sends_at_once &&
       command_.action == Action::send) ||
      (sabotage_.what == Sabotage::What::answers_fifo_receives_at_once && is_fifo_receive);
  if (is_hasty) decision.waits = Decision::Waits::for_bodies;
  return decision;
}

Decision Probe::decide(engine::Engine&, engine::Turn& turn) {
  judge_.observe(turn.facts, turn.now);
  return {.waits = Decision::Waits::for_bodies};
}

}  // namespace mailrail::sim
