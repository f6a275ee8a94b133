// Move tasks in the model: which may start, what each moves and when, and how it ends.

#include <algorithm>

#include <fmt/format.h>

#include "sim/model.h"

namespace mailrail::sim {

using engine::MoveTaskFailure;
using engine::MoveTaskStatus;
using engine::MoveTaskVerdict;

namespace {

constexpr std::size_t tasks_listed_max = 10;
constexpr Duration made_up_max = 100ms;  // What a task was late by, it may make up for.
// What could not be moved when a task came by is looked at again after that.
constexpr Duration rest = 1s;

// From a task's start, if nothing holds it up. Moves are spread evenly over each second; on a ramp
// there is one in the first ten, and with each ten seconds more there are twice as many.
Duration time_of(std::size_t moves, const ShownTask& task) {
  constexpr std::size_t second_ms = 1000;
  if (task.rate == 0) return Duration(0);
  Duration time{0};
  std::size_t rate = task.pace == engine::MovePace::ramp ? 1 : task.rate;
  for (; rate < task.rate && moves >= 10 * rate; rate *= 2) {
    moves -= 10 * rate;
    time += 10s;
  }
  rate = std::min<std::size_t>(rate, task.rate);
  return time + Duration((moves * second_ms + rate - 1) / rate);
}

}  // namespace

Model::Task* Model::running(Queue& queue) {
  const bool is_running =
      !queue.tasks.empty() && queue.tasks.back().shown.status == MoveTaskStatus::running;
  return is_running ? &queue.tasks.back() : nullptr;
}

// --- Starting and ending one.

// Of a queue, or of a subscription.
bool Model::is_dead_letter_queue(const Queue& queue) const {
  const bool is_of_queue = std::ranges::any_of(queues_, [&](const Queue& each) {
    return each.attributes.dead_letter && each.attributes.dead_letter->target == queue.name;
  });
  return is_of_queue || std::ranges::any_of(topics_, [&](const Topic& topic) {
           return std::ranges::any_of(topic.subscriptions, [&](const Subscription& each) {
             return each.attributes.dead_letter_target == queue.name;
           });
         });
}

Complaint Model::start(Queue& queue, const Command& command, const Answer& answer, Instant now) {
  MoveTaskVerdict expected = refusal_of_move(queue, command).value_or(MoveTaskVerdict::started);
  if (expected == MoveTaskVerdict::started && running(queue) != nullptr)
    expected = MoveTaskVerdict::already_running;
  if (answer.task != expected) return "the start of a task was answered wrongly";
  if (expected != MoveTaskVerdict::started) return {};
  const auto there = std::ranges::count(queue.messages, false, &Message::is_damaged);
  queue.tasks.push_back({.shown = {.queue = queue.name.name,
                                   .started = now,
                                   .destination = command.destination,
                                   .rate = command.rate,
                                   .pace = command.pace,
                                   .to_move = static_cast<std::uint64_t>(there)},
                         .last_stay = stays_,
                         .idle_since = now - rest});
  if (queue.tasks.size() > tasks_listed_max) queue.tasks.erase(queue.tasks.begin());
  for (Message& each : queue.messages) each.has_waited = each.was_stopped = false;
  return {};
}

Complaint Model::cancel(Queue& queue, const Answer& answer) {
  Task* task = running(queue);
  if (task == nullptr)
    return unless(answer.outcome == Outcome::no_such_task,
                  "a task was cancelled that is not there");
  task->shown.status = MoveTaskStatus::cancelled;
  return unless(answer.outcome == Outcome::done, "a task was not cancelled");
}

// --- What it may move.

// A message that was there at its start and that a receive could be given now as the first of its
// conversation.
bool Model::is_movable(const Queue& queue, const Task& task, const Message& message, Instant now) {
  if (message.stay > task.last_stay || !is_open(queue, message, now)) return false;
  if (is_expired(queue, message, now) || is_parked(queue, message.group)) return false;
  if (!queue.attributes.is_fifo) return true;
  for (const Message& each : queue.messages) {
    if (each.stay == message.stay) return true;
    const bool is_before = each.group == message.group;
    if (is_before && !(is_open(queue, each, now) && is_expired(queue, each, now))) return false;
  }
  return false;
}

// Damaged or, on a FIFO queue, behind such a message: a task that comes by does not wait for it.
bool Model::is_stopped(const Queue& queue, const Message& message) {
  if (message.is_damaged || !queue.attributes.is_fifo) return message.is_damaged;
  return std::ranges::any_of(queue.messages, [&](const Message& each) {
    return each.is_damaged && each.group == message.group && each.stay < message.stay;
  });
}

// Those that are hidden, delayed or parked, or behind such a message, may have been passed by.
void Model::note_waiting(Instant now) {
  for (Queue& queue : queues_) {
    if (running(queue) == nullptr) continue;
    std::vector<std::string> held_up;
    for (Message& each : queue.messages) {
      const bool is_held_up = !is_open(queue, each, now) || is_parked(queue, each.group);
      if (is_held_up) held_up.push_back(each.group);
      const bool is_behind =
          queue.attributes.is_fifo && std::ranges::find(held_up, each.group) != held_up.end();
      each.has_waited = each.has_waited || is_held_up || is_behind;
      each.was_stopped = each.was_stopped || is_stopped(queue, each);
    }
  }
}

// --- What it did since the command before.

Complaint Model::check_tasks(const Answer& answer, Instant now) {
  for (const Redrive& each : answer.redriven) {
    if (Complaint complaint = redrive(each, now); !complaint.empty()) return complaint;
  }
  for (const EndedTask& each : answer.ended) {
    if (Complaint complaint = end(each, now); !complaint.empty()) return complaint;
  }
  for (Queue& queue : queues_) {
    if (!goes_on(queue, now))
      return fmt::format("the task of queue {} does not go on", queue.name.name);
  }
  return {};
}

Complaint Model::redrive(const Redrive& redriven, Instant now) {
  const auto from = std::ranges::find(queues_, redriven.from, &Queue::name);
  Task* task = from == queues_.end() ? nullptr : running(*from);
  if (task == nullptr) return "a message was redriven without a task";
  const auto message = std::ranges::find(from->messages, redriven.body, &Message::body);
  if (message == from->messages.end()) return "a message was redriven that is not there";
  if (!is_movable(*from, *task, *message, now))
    return fmt::format("\"{}\" was redriven and may not be", redriven.body);
  // Those of one queue keep their order.
  for (auto earlier = from->messages.begin(); earlier != message; ++earlier) {
    if (is_movable(*from, *task, *earlier, now) && !earlier->has_waited)
      return fmt::format("\"{}\" was redriven before \"{}\"", redriven.body, earlier->body);
  }
  Queue* to = destination_of(*from, task->shown.destination, *message);
  if (to == nullptr || to->name != redriven.to) return "a message was redriven to another queue";
  std::vector<Instant>& moves = task->moves;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    const Duration least =
        time_of(moves.size(), task->shown) - time_of(i, task->shown) - made_up_max;
    if (task->shown.rate > 0 && now - moves[i] < least) return "a task moves too fast";
  }
  moves.push_back(now);
  task->shown.moved += 1;
  send_anew(*from, message, *to, now);
  return {};
}

Complaint Model::end(const EndedTask& ended, Instant now) {
  Queue* queue = find(ended.queue);
  Task* task = queue == nullptr ? nullptr : running(*queue);
  if (task == nullptr) return "a task ended that is not running";
  task->shown.status = ended.status;
  task->shown.failure = ended.failure;
  if (ended.status == MoveTaskStatus::completed)
    return unless(std::ranges::none_of(queue->messages,
                                       [&](const Message& each) {
                                         return is_left(*queue, *task, each, now) &&
                                                !each.was_stopped;
                                       }),
                  "a task was completed with something left");
  if (ended.status == MoveTaskStatus::cancelled) return "a task was cancelled by nobody";
  const bool is_right = std::ranges::any_of(queue->messages, [&](const Message& each) {
    if (!is_movable(*queue, *task, each, now)) return false;
    const bool has_no_source = !task->shown.destination && each.source.empty();
    if (ended.failure == MoveTaskFailure::no_source) return has_no_source;
    return !has_no_source && destination_of(*queue, task->shown.destination, each) == nullptr;
  });
  return unless(is_right, "a task failed without the reason that it gave");
}

// It can move it, or may by and by.
bool Model::is_left(const Queue& queue, const Task& task, const Message& message, Instant now) {
  const bool is_gone = is_expired(queue, message, now) && is_open(queue, message, now) &&
                       !is_parked(queue, message.group);
  return message.stay <= task.last_stay && !is_gone && !is_stopped(queue, message);
}

// What it can do it does when it first comes by, and later at the latest when it has rested.
bool Model::goes_on(Queue& queue, Instant now) {
  Task* task = running(queue);
  if (task == nullptr) return true;
  const bool has_moved = !task->moves.empty() && task->moves.back() == now;
  const bool can_move = std::ranges::any_of(
      queue.messages, [&](const Message& each) { return is_movable(queue, *task, each, now); });
  const bool waits = std::ranges::any_of(
      queue.messages, [&](const Message& each) { return is_left(queue, *task, each, now); });
  if (has_moved || (!can_move && waits)) {
    task->idle_since.reset();
    return true;
  }
  if (now < next_move(*task)) return true;
  if (!task->idle_since) task->idle_since = now;
  return now < *task->idle_since + rest;
}

Instant Model::next_move(const Task& task) {
  const std::size_t moved = task.moves.size();
  if (moved == 0) return task.shown.started;
  return task.moves.back() + time_of(moved, task.shown) - time_of(moved - 1, task.shown);
}

// --- What a client is told of them.

Complaint Model::check_list(const Answer& answer) const {
  std::vector<ShownTask> expected;
  for (const Queue& queue : queues_) {
    for (const Task& each : queue.tasks) expected.push_back(each.shown);
  }
  for (const ShownTask& each : answer.tasks) {
    const auto found = std::ranges::find(expected, each);
    if (found == expected.end())
      return fmt::format("a task of queue {} was described wrongly", each.queue);
    expected.erase(found);
  }
  return unless(expected.empty(), "a task was not listed");
}

}  // namespace mailrail::sim
