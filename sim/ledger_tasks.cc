// Redrive, as the ledger sees it: which task may start, which message it may move and when.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/ledger.h"

namespace mailrail::sim {

using engine::MoveTaskFailure;
using engine::MoveTaskStatus;
using engine::MoveTaskVerdict;

namespace {

// A tenth of a second that was missed may be made up for in the next.
std::size_t moves_in_a_second_max(std::uint32_t rate) { return rate + rate / 10 + 1; }

// With each ten seconds on a ramp there are twice as many, from one a second on.
std::uint32_t rate_after(std::size_t moves, const LedgerQueue::Task& task) {
  std::uint32_t rate = task.pace == engine::MovePace::ramp ? 1 : task.rate;
  for (; rate < task.rate && moves > 10 * std::size_t{rate}; rate *= 2)
    moves -= 10 * std::size_t{rate};
  return std::min(rate, task.rate);
}

}  // namespace

// Of a queue, or of a subscription.
bool Ledger::is_dead_letter_queue(const LedgerQueue& queue) const {
  const auto is_of = [&](const auto& each) {
    return each.second.attributes.dead_letter_target == queue.name;
  };
  return std::ranges::any_of(queues_,
                             [&](const auto& each) {
                               const auto& policy = each.second.attributes.dead_letter;
                               return policy && policy->target == queue.name;
                             }) ||
         std::ranges::any_of(topics_, [&](const auto& each) {
           return std::ranges::any_of(each.second.subscriptions, is_of) ||
                  std::ranges::any_of(each.second.deactivated, is_of);
         });
}

Complaint Ledger::check_started(const Reply& reply) const {
  MoveTaskVerdict expected = refusal_of_move().value_or(MoveTaskVerdict::started);
  if (expected == MoveTaskVerdict::started && queues_.at(*target_).task && !started_)
    expected = MoveTaskVerdict::already_running;
  if (reply.task != expected) return "the start of a task was judged wrongly";
  return unless(started_ == (expected == MoveTaskVerdict::started),
                "a task was answered but not started, or the other way round");
}

Complaint Ledger::on(const engine::MoveTaskStarted& fact) {
  if (!is_by(Action::start_move_task) || !is_target(fact.queue))
    return "a task was started for no reason";
  LedgerQueue& queue = queues_.at(fact.queue);
  if (queue.task) return "a second task was started";
  if (fact.task <= last_seq_)
    return fmt::format("sequence number {} was used twice", fact.task.value());
  if (fact.at != at_ || fact.destination != command_->destination || fact.rate != command_->rate ||
      fact.pace != command_->pace || fact.to_move != queue.messages.size())
    return "a task was started otherwise than it was asked for";
  last_seq_ = fact.task;
  started_ = true;
  queue.task = {
      .id = fact.task, .destination = fact.destination, .rate = fact.rate, .pace = fact.pace};
  return {};
}

// It was there at the task's start, and could be given now as the first of its conversation.
bool Ledger::may_move(const LedgerQueue& queue, Seq seq, Instant now) const {
  return seq < queue.task->id && is_receivable(queue, seq, now);
}

Complaint Ledger::redriven_by_task(const engine::Redriven& fact,
                                   LedgerQueue& from,
                                   const LedgerMessage& message) {
  if (command_ != nullptr || !from.task || from.task->id != fact.task)
    return "a message was redriven for no reason";
  std::vector<Instant>& moves = from.task->moves;
  // The server moves in turns of its own, which are not all looked at.
  if (fact.at > at_ || (!moves.empty() && fact.at < moves.back()))
    return "a message was redriven at another time";
  if (!may_move(from, fact.from_seq, fact.at) || is_expired(from, message, fact.at))
    return "a message was redriven that may not be";
  moves.push_back(fact.at);
  const auto recent =
      std::ranges::count_if(moves, [&](Instant each) { return each + 1s > fact.at; });
  if (from.task->rate > 0 && static_cast<std::size_t>(recent) >
                                 moves_in_a_second_max(rate_after(moves.size(), *from.task)))
    return "a task moves more messages a second than it may";
  return unless(fact.moved == moves.size(), "a task counts its messages wrongly");
}

bool Ledger::must_fail(const LedgerQueue& queue, MoveTaskFailure failure) const {
  return std::ranges::any_of(queue.messages, [&](const auto& each) {
    if (!may_move(queue, each.first, at_)) return false;
    const bool has_no_source = !queue.task->destination && !each.second.source;
    if (failure == MoveTaskFailure::no_source) return has_no_source;
    return !has_no_source && destination_of(queue, each.second, queue.task->destination) == nullptr;
  });
}

Complaint Ledger::on(const engine::MoveTaskEnded& fact) {
  const auto found = queues_.find(fact.queue);
  if (found == queues_.end() || !found->second.task || found->second.task->id != fact.task)
    return "a task ended that was not running";
  LedgerQueue& queue = found->second;
  const bool has_failed = fact.status == MoveTaskStatus::failed;
  if (has_failed != (fact.failure != MoveTaskFailure::none))
    return "a task failed for no reason, or did not fail for one";
  bool is_lawful = false;
  if (fact.status == MoveTaskStatus::cancelled) {
    is_lawful = is_by(Action::cancel_move_task) && is_target(fact.queue);
  } else if (has_failed) {
    is_lawful = command_ == nullptr && must_fail(queue, fact.failure);
  } else {
    const bool has_left = !queue.messages.empty() && queue.messages.begin()->first < fact.task;
    is_lawful = command_ == nullptr && !has_left;
  }
  queue.task.reset();
  return unless(is_lawful, "a task ended otherwise than it should");
}

// A task without a rate moves at once what it may. What it found hidden it finds a second later. On
// a FIFO queue that depends on what was before it in its conversation, and is not judged here.
bool Ledger::has_overdue_move(const LedgerQueue& queue, Instant now) const {
  if (!queue.task || queue.task->rate != 0 || queue.attributes.is_fifo) return false;
  const auto is_overdue = [&](const auto& each) {
    const LedgerMessage& message = each.second;
    const Instant visible =
        std::max(message.lease_end.value_or(message.sent), message.sent + message.delay);
    return each.first < queue.task->id && visible + 2s <= now &&
           is_receivable(queue, each.first, now) && !is_expired(queue, message, now);
  };
  return std::ranges::any_of(queue.messages, is_overdue);
}

bool Ledger::task_waits_for_parked(const LedgerQueue& queue) {
  if (!queue.task || queue.messages.empty()) return false;
  const auto is_parked_or_later = [&](const auto& each) {
    return each.first > queue.task->id || queue.parked.contains(each.second.group);
  };
  return queue.messages.begin()->first < queue.task->id &&
         std::ranges::all_of(queue.messages, is_parked_or_later);
}

}  // namespace mailrail::sim
