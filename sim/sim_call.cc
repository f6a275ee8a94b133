#include "sim/sim_call.h"

#include <algorithm>
#include <utility>

#include "sim/carry_out.h"
#include "sim/fan_out.h"

namespace mailrail::sim {

using broker::Decision;
using Verdict = Decision::Verdict;

SimCall::SimCall(Command command, Judge& judge, const Sabotage& sabotage, const Reign& reign)
    : Call(command.number),
      command_(std::move(command)),
      judge_(judge),
      sabotage_(sabotage),
      reign_(reign) {}

Decision SimCall::decide(engine::Engine& engine, engine::Turn& turn) {
  if (reign_.is_over()) return decide_late(engine, turn);
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

// Nothing of it can last, so all that matters is whether it is told.
Decision SimCall::decide_late(engine::Engine& engine, engine::Turn& turn) {
  const std::uint32_t facts = turn.facts.count();
  reply_ = {};
  bodies_.clear();
  const Decision decision = run(engine, turn);
  was_decided_late_ = true;
  const bool is_awaited = decision.waits == Decision::Waits::for_everything;
  changed_something_late_ = is_awaited && turn.facts.count() > facts;
  return sabotaged(decision, engine);
}

QueueId SimCall::takes_from(const engine::Engine& engine) const {
  if (command_.action != Action::receive) return broker::no_queue;
  const engine::Queue* queue = engine.find_queue(command_.queue);
  return queue == nullptr ? broker::no_queue : queue->id;
}

Decision SimCall::run(engine::Engine& engine, engine::Turn& turn) {
  if (!deadline_) deadline_ = turn.now + command_.wait;
  if (sabotage_.what == Sabotage::What::publishes_in_parts && command_.action == Action::publish)
    return publish_part(engine, turn);
  const engine::Queue* queue = engine.find_queue(command_.queue);
  if (command_.action == Action::drop_conversation && queue != nullptr && !command_.drop)
    command_.drop = engine.drop_request(queue->id, command_.group);
  Command command = command_;
  if (sabotage_.what == Sabotage::What::believes_stale_handles) {
    engine::ReceiptHandle& handle = command.handle;
    handle.generation = judge_.ledger().generation(handle.queue, handle.seq);
  }
  const bool is_fifo = queue != nullptr && queue->attributes.is_fifo;
  const auto type = is_fifo ? engine::QueueType::fifo : engine::QueueType::standard;
  reply_ = carry_out(command, engine, turn);
  if (reply_.dropped.has_more) return {.verdict = Verdict::again};
  const bool has_received = command.action == Action::receive && reply_.outcome == Outcome::done;
  return has_received ? decide_received(type, turn.now) : Decision{};
}

// For one queue, and then for the next one; where nothing deduplicates, which would stop that.
Decision SimCall::publish_part(engine::Engine& engine, engine::Turn& turn) {
  const engine::Topic* topic = engine.topics().find(command_.topic);
  if (topic == nullptr || topic->attributes.is_fifo || turn.full()) {
    reply_ = carry_out(command_, engine, turn);
    return {};
  }
  reply_ = {.topic = topic->id};
  bool has_more = false;
  for (const Publication& each : command_.publications) {
    const auto targets = targets_of(engine, *topic, each);
    const std::size_t begin = std::min(parts_, targets.size());
    const std::size_t count = std::min<std::size_t>(1, targets.size() - begin);
    const engine::PublishRequest part{.topic = topic->id,
                                      .group = each.group,
                                      .record = each.text,
                                      .targets = std::span(targets).subspan(begin, count)};
    reply_.published.emplace_back(engine.publish(turn, part).publication);
    has_more = has_more || begin + count < targets.size();
  }
  parts_ += 1;
  return {.verdict = has_more ? Verdict::again : Verdict::answer};
}

Decision SimCall::decide_received(engine::QueueType type, Instant now) {
  const std::vector<engine::ReceivedMessage>& messages = reply_.received.messages;
  if (reply_.received.is_unfinished) return {.verdict = Verdict::again};
  if (messages.empty()) {
    if (now >= *deadline_) return {};
    return {.verdict = Verdict::wait, .queue = reply_.queue, .deadline = *deadline_};
  }
  for (const engine::ReceivedMessage& each : messages) bodies_.push_back(each.body);
  const bool was_moved = std::ranges::any_of(messages, [](const auto& each) {
    const bool was_for_endpoint = each.share && is_http(each.share->protocol);
    return each.dead_letter_source.has_value() || each.redrives > 0 || was_for_endpoint;
  });
  const bool may_lose_lease =
      type == engine::QueueType::standard && !was_moved && !reply_.received.moved_dead_letters;
  return {.waits = may_lose_lease ? Decision::Waits::for_bodies : Decision::Waits::for_everything};
}

Decision SimCall::sabotaged(Decision decision, const engine::Engine& engine) const {
  const engine::Queue* queue = engine.find_queue(command_.queue);
  const bool is_fifo_receive =
      command_.action == Action::receive && queue != nullptr && queue->attributes.is_fifo;
  const bool is_hasty =
      (sabotage_.what == Sabotage::What::answers_sends_at_once &&
       command_.action == Action::send) ||
      (sabotage_.what == Sabotage::What::answers_publishes_at_once &&
       command_.action == Action::publish) ||
      (sabotage_.what == Sabotage::What::answers_fifo_receives_at_once && is_fifo_receive);
  if (is_hasty) decision.waits = Decision::Waits::for_bodies;
  return decision;
}

Decision Probe::decide(engine::Engine&, engine::Turn& turn) {
  if (!reign_.is_over()) judge_.observe(turn.facts, turn.now);
  return {.waits = Decision::Waits::for_bodies};
}

}  // namespace mailrail::sim
