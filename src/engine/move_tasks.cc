// Redrive: tasks that move messages out of dead-letter queues.

#include <algorithm>

#include "base/check.h"
#include "engine/engine.h"
#include "engine/limits.h"

namespace mailrail::engine {

struct Engine::MoveBudget {
  std::size_t moves = moves_per_turn_max;
  std::size_t looks = move_looks_per_turn_max;

  bool is_spent() const { return moves == 0 || looks == 0; }
};

// --- Starting and ending one.

MoveTaskResult Engine::start_move_task(Turn& turn, const MoveTaskRequest& request) {
  advance(turn.now);
  const Queue& source = queue_at(request.source);
  if (const auto refusal = refusal_of_move(source, request.destination))
    return {.verdict = *refusal};
  if (source.is_moving()) return {.verdict = MoveTaskVerdict::already_running};
  const QueueCounts there = counts(source.id);
  const MoveTaskStarted fact{.queue = source.id,
                             .task = last_seq_ + 1,
                             .at = turn.now,
                             .destination = request.destination,
                             .rate = request.rate,
                             .to_move = there.visible + there.in_flight + there.delayed,
                             .pace = request.pace};
  record(turn, fact);
  return {.task = fact.task};
}

std::optional<MoveTaskVerdict> Engine::refusal_of_move(
    const Queue& source, const std::optional<QueueName>& destination) const {
  if (!is_dead_letter_queue(source)) return MoveTaskVerdict::no_dead_letter_queue;
  if (!destination) return std::nullopt;
  const Queue* target = find_queue(*destination);
  if (target == nullptr) return MoveTaskVerdict::no_destination;
  if (target == &source) return MoveTaskVerdict::to_itself;
  if (target->attributes.is_fifo != source.attributes.is_fifo)
    return MoveTaskVerdict::to_another_type;
  return std::nullopt;
}

bool Engine::is_dead_letter_queue(const Queue& queue) const {
  return std::ranges::any_of(
             queues_, [&](const auto& each) { return each.second.is_source_of(queue.name); }) ||
         std::ranges::any_of(topics_.subscriptions(), [&](const auto& each) {
           return each.second.attributes.dead_letter_target == queue.name;
         });
}

void Engine::cancel_move_task(Turn& turn, QueueId source) {
  end_move_task(turn, queue_at(source), MoveTaskStatus::cancelled);
}

void Engine::end_move_task(Turn& turn,
                           const Queue& queue,
                           MoveTaskStatus status,
                           MoveTaskFailure failure) {
  CHECK(queue.is_moving());
  record(turn, MoveTaskEnded{.queue = queue.id,
                             .task = queue.move_tasks.back().id,
                             .status = status,
                             .failure = failure});
}

// --- Moving.

std::optional<Instant> Engine::next_move() const {
  std::optional<Instant> next;
  for (const auto& [id, moving] : moving_) {
    const Instant due = std::max(queue_at(id).move_tasks.back().due(), moving.look_again);
    if (!next || due < *next) next = due;
  }
  return next;
}

// Each task gets an equal share, and the one that was served last comes last.
void Engine::move_messages(Turn& turn) {
  MoveBudget budget;
  for (std::size_t left = moving_.size(); left > 0 && !budget.is_spent(); --left) {
    auto next = moving_.upper_bound(moved_last_);
    if (next == moving_.end()) next = moving_.begin();
    if (next == moving_.end()) return;
    moved_last_ = next->first;
    MoveBudget share{.moves = std::max<std::size_t>(budget.moves / left, 1),
                     .looks = std::max<std::size_t>(budget.looks / left, 1)};
    budget.moves -= share.moves;
    budget.looks -= share.looks;
    move_from(turn, queue_at(next->first), share);
    budget.moves += share.moves;
    budget.looks += share.looks;
  }
}

// In the order in which messages came: so the conversations of a FIFO queue keep theirs.
void Engine::move_from(Turn& turn, const Queue& queue, MoveBudget& budget) {
  const Contents& contents = contents_of(queue);
  while (queue.is_moving() && !budget.is_spent()) {
    const MoveTask& task = queue.move_tasks.back();
    Moving& moving = moving_.at(queue.id);
    if (turn.now < moving.look_again) return;
    const Index index = contents.first_from(moving.cursor);
    if (index == no_index || store_.entries[index].seq > task.id) return pass_ends(turn, queue);
    const Entry& entry = store_.entries[index];
    const bool can_move = contents.is_receivable(index);
    if (can_move && turn.now < task.due()) return;
    moving.cursor = entry.seq + 1;
    budget.looks -= 1;
    moving.looks += 1;
    if (!can_move) {
      moving.left_some = moving.left_some || !contents.is_stopped(index);
    } else if (move_one(turn, queue, index)) {
      budget.moves -= 1;
    }
  }
}

// False if it did not: then the message was too old, or the task has failed.
bool Engine::move_one(Turn& turn, const Queue& queue, Index index) {
  const Entry& entry = store_.entries[index];
  if (is_expired(queue, entry, turn.now)) {
    remove(turn, queue, index, RemovalReason::expired);
    return false;
  }
  const MoveTask& task = queue.move_tasks.back();
  const auto to = way_out(queue, entry, task.destination);
  if (!to) {
    end_move_task(turn, queue, MoveTaskStatus::failed, to.error());
    return false;
  }
  Redriven fact = redriven(queue, entry, **to, turn.now);
  fact.task = task.id;
  fact.moved = task.moved + 1;
  fact.lag = task.lag_at(turn.now);
  record(turn, fact);
  return true;
}

std::expected<const Queue*, MoveTaskFailure> Engine::way_out(
    const Queue& queue, const Entry& entry, const std::optional<QueueName>& destination) const {
  const Index source = delivery_or_origin(queue, entry).source;
  if (!destination && source == no_index) return std::unexpected(MoveTaskFailure::no_source);
  const Queue* to = find_target(queue, destination ? *destination : sources_[source]);
  if (to == nullptr) return std::unexpected(MoveTaskFailure::no_destination);
  return to;
}

// By no task, until it says by which.
Redriven Engine::redriven(const Queue& queue,
                          const Entry& entry,
                          const Queue& to,
                          Instant now) const {
  const Delivery delivery = delivery_or_origin(queue, entry);
  const std::uint16_t redrives = delivery.redrives();
  return {.from = queue.id,
          .from_seq = entry.seq,
          .to = to.id,
          .seq = last_seq_ + 1,
          .at = now,
          .body = store_.body_of(entry),
          .group = store_.groups[entry.group].name_view(),
          .origin_queue = delivery.origin_queue,
          .origin_seq = delivery.origin_seq(),
          .redrives = static_cast<std::uint16_t>(redrives + (redrives < redrives_max ? 1 : 0)),
          .share = store_.share_of(entry)};
}

// All was looked at. What was not visible may be by and by.
void Engine::pass_ends(Turn& turn, const Queue& queue) {
  Moving& moving = moving_.at(queue.id);
  if (!moving.left_some) return end_move_task(turn, queue, MoveTaskStatus::completed);
  const auto looks = static_cast<std::int64_t>(moving.looks / looks_per_move_task_pause);
  moving = {.look_again = turn.now + move_task_pause * (1 + looks)};
}

}  // namespace mailrail::engine
