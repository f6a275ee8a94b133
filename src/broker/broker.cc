#include "broker/broker.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "base/seeded_bug.h"
#include "engine/shedding.h"

namespace mailrail::broker {
namespace {

constexpr Duration expiry_interval = 1s;
constexpr std::size_t expired_per_turn_max = 4096;
// Of the memory that frames are filled in; what a longer one needed goes back.
constexpr std::size_t open_bytes_kept_max = std::size_t{1} << 20;
constexpr std::size_t lapsed_per_turn_max = 4096;

}  // namespace

Broker::Broker(engine::Engine& engine,
               const log::LogStore& log,
               Random& random,
               Outbox& outbox,
               const Options& options)
    : engine_(engine),
      log_(log),
      random_(random),
      outbox_(outbox),
      options_(options),
      open_(log.next_position(), options.traffic),
      taken_end_(log.next_position()),
      durable_end_(log.next_position()),
      housekeeping_(engine, log, options.housekeeping),
      waiters_(options.traffic == nullptr ? nullptr : &options.traffic->consumers()),
      recent_(options.recent_bytes_max) {}

void Broker::turn(Instant now, std::vector<std::unique_ptr<Call>> calls) {
  now_ = std::max(now_, now);
  if (options_.traffic != nullptr) options_.traffic->begin_turn(now_);
  if (!engine_.is_founded()) {
    engine::Turn founding{.now = now_, .random = random_, .facts = open_};
    engine_.found(founding);
  }
  // What ended while nobody ran has ended before the first call is asked.
  do {
    is_behind_ = !engine_.advance(now_);
  } while (is_behind_ && !has_begun_);
  has_begun_ = true;
  remove_expired();
  remove_lapsed();
  move_messages();
  keep_house();
  serve_woken();
  serve_due();
  serve_woken();  // A last asking may have moved dead letters to a queue that others wait for.
  for (auto& call : calls) unasked_.push_back(std::move(call));
  serve_unasked();
  if (options_.traffic != nullptr) options_.traffic->count_waiting(waiters_.size());
}

log::SharedFrame Broker::take_frame() {
  if (in_flight_ != nullptr || open_.count() == 0) return nullptr;
  const bool is_awaited = !held_for_open_.empty() || !unasked_.empty() || !has_room() ||
                          !may_wait_ || housekeeping_.wants_commit();
  const bool is_old = open_since_ && *open_since_ + options_.unawaited_commit_after <= now_;
  if (!is_awaited && !is_old) return nullptr;
  log::Frame frame{.position = open_.position(),
                   .time = now_,
                   .count = open_.count(),
                   .payload = std::string(open_.payload())};
  const Position next = log_.position_after(frame);
  taken_end_ = open_.position() + frame.payload.size();
  housekeeping_.appended(frame.payload.size());
  in_flight_ = std::make_shared<const log::Frame>(std::move(frame));
  if (open_.payload().capacity() > open_bytes_kept_max) {
    open_ = engine::FactWriter(next, options_.traffic);
  } else {
    open_.begin_next(next);
  }
  open_since_.reset();
  held_for_in_flight_ = std::exchange(held_for_open_, {});
  return in_flight_;
}

void Broker::durable() {
  CHECK(in_flight_ != nullptr);
  durable_end_ = taken_end_;
  recent_.add(std::exchange(in_flight_, nullptr));
  for (auto& call : std::exchange(held_for_in_flight_, {})) release(std::move(call));
}

std::optional<Chore> Broker::take_chore() {
  const bool is_open_empty = open_.count() == 0;
  return housekeeping_.take(now_, {.open = open_.position(),
                                   .facts = is_open_empty ? taken_end_ : open_.end(),
                                   .is_open_empty = is_open_empty,
                                   .durable = durable_end_,
                                   .is_idle = is_open_empty && in_flight_ == nullptr});
}

void Broker::chore_done(ChoreDone done) { housekeeping_.done(now_, std::move(done)); }

void Broker::finish() {
  CHECK(is_idle());
  housekeeping_.finish();
}

void Broker::cancel(std::uint64_t call_id) {
  if (auto waiter = waiters_.take(call_id)) return outbox_.drop(std::move(waiter->call));
  if (call_id == 0) return;
  const auto found = std::ranges::find(behind_deferred_, call_id, &Call::id);
  if (found == behind_deferred_.end()) return;
  outbox_.drop(std::move(*found));
  behind_deferred_.erase(found);
}

void Broker::stop_waiting() {
  may_wait_ = false;
  while (auto waiter = waiters_.take_any()) unasked_.push_back(std::move(waiter->call));
  deferred_.clear();
  std::ranges::move(std::exchange(behind_deferred_, {}), std::back_inserter(unasked_));
  serve_unasked();
}

std::optional<Instant> Broker::next_turn() const {
  if (!has_room()) return std::nullopt;  // First the frame must leave.
  if (housekeeping_.has_more() || housekeeping_.has_facts() ||
      (housekeeping_.wants_commit() && in_flight_ == nullptr))
    return now_;
  if (housekeeping_.goes_first()) return std::nullopt;  // It goes on when its chore is done.
  if (is_behind_ || !unasked_.empty() || !woken_.empty()) return now_;
  if (in_flight_ == nullptr && (!deferred_.empty() || !behind_deferred_.empty())) return now_;
  std::optional<Instant> next = engine_.next_due();
  const auto consider = [&](std::optional<Instant> other) {
    if (other && (!next || *other < *next)) next = other;
  };
  consider(engine_.next_move());
  consider(engine_.next_lapse());
  consider(waiters_.next_deadline());
  consider(housekeeping_.next_due());
  if (open_since_ && in_flight_ == nullptr)
    consider(*open_since_ + options_.unawaited_commit_after);
  if (engine_.message_count() > 0) consider(next_expiry_);
  return next;
}

bool Broker::is_idle() const {
  return in_flight_ == nullptr && open_.count() == 0 && unasked_.empty() &&
         behind_deferred_.empty() && held_for_open_.empty();
}

bool Broker::has_room() const {
  const std::size_t frame_bytes_max = std::min(options_.frame_bytes_max, log_.payload_bytes_max());
  return open_.payload().size() + options_.call_bytes_max <= frame_bytes_max;
}

std::optional<engine::Full> Broker::full() const {
  const std::uint64_t memory_bytes = engine_.committed_bytes();
  if (memory_bytes >= options_.memory_bytes_max) {
    return engine::Full{.what = engine::Full::What::memory,
                        .used_bytes = memory_bytes,
                        .limit_bytes = options_.memory_bytes_max};
  }
  if (housekeeping_.is_disk_full()) {
    return engine::Full{.what = engine::Full::What::disk,
                        .used_bytes = housekeeping_.disk_bytes(),
                        .limit_bytes = housekeeping_.disk_bytes_max()};
  }
  return std::nullopt;
}

engine::ServerUse Broker::use() const {
  const log::Space space = log_.space();
  return {.waiting = waiters_.counted(),
          .memory_bytes = engine_.committed_bytes(),
          .memory_bytes_max = options_.memory_bytes_max,
          .disk_bytes = space.total(),
          .disk_bytes_max = housekeeping_.disk_bytes_max(),
          .log_bytes = space.log_bytes,
          .checkpoint_bytes = space.checkpoint_bytes,
          .spare_bytes = space.spare_bytes,
          .log_end = open_.end(),
          .durable_end = durable_end_,
          .last_checkpoint = housekeeping_.last_checkpoint()};
}

Decision Broker::decide(Call& call) {
  engine::Turn turn{.now = now_, .random = random_, .facts = open_, .surroundings = this};
  const std::size_t before = open_.payload().size();
  const Decision decision = call.decide(engine_, turn);
  CHECK(open_.payload().size() - before <= options_.call_bytes_max);
  return decision;
}

void Broker::ask(std::unique_ptr<Call> call) {
  const Decision decision = decide(*call);
  switch (decision.verdict) {
    case Decision::Verdict::answer:
      answer(std::move(call), decision);
      break;
    case Decision::Verdict::wait:
      park(std::move(call), decision);
      break;
    case Decision::Verdict::again:
      unasked_.push_back(std::move(call));
      break;
  }
}

void Broker::answer(std::unique_ptr<Call> call, const Decision& decision) {
  Position waits_for = open_.end();
  bool is_waiting_for_open = open_.count() > 0;
  if (decision.waits == Decision::Waits::for_bodies) {
    waits_for = Position(0);
    for (const engine::Body& body : call->bodies())
      waits_for = std::max(waits_for, body.position + body.length);
    is_waiting_for_open = waits_for > open_.position();
  }
  if (is_waiting_for_open) {
    held_for_open_.push_back(std::move(call));
  } else if (in_flight_ != nullptr && waits_for > in_flight_->position) {
    held_for_in_flight_.push_back(std::move(call));
  } else {
    release(std::move(call));
  }
}

void Broker::park(std::unique_ptr<Call> call, const Decision& decision) {
  CHECK(decision.deadline > now_);
  const bool is_shed =
      decision.queue != no_queue &&
      engine::shed_at({.used_bytes = engine_.committed_bytes(),
                       .limit_bytes = options_.memory_bytes_max}) >= engine::Shed::long_polls;
  const bool has_place = call->is_bounded_elsewhere() || waiters_.counted() < options_.waiting_max;
  if (!may_wait_ || is_shed || !has_place) {
    answer(std::move(call), {});
    return;
  }
  outbox_.parked(*call);
  waiters_.add(decision.queue, decision.deadline, std::move(call));
}

void Broker::release(std::unique_ptr<Call> call) {
  std::vector<log::SharedFrame> frames;
  for (const engine::Body& body : call->bodies()) frames.push_back(recent_.find(body));
  outbox_.release(std::move(call), std::move(frames));
}

// Those for which the frame has no room are asked in the next turn.
void Broker::serve_unasked() {
  for (std::size_t left = unasked_.size(); left > 0 && takes_calls(); --left) {
    std::unique_ptr<Call> call = std::move(unasked_.front());
    unasked_.pop_front();
    const QueueId queue = call->takes_from(engine_);
    if (queue != no_queue) defer_woken();
    if (deferred_.contains(queue)) {
      behind_deferred_.push_back(std::move(call));
    } else {
      ask(std::move(call));
    }
  }
  defer_woken();
  if (in_flight_ == nullptr) serve_deferred();
  if (open_.count() > 0 && !open_since_) open_since_ = now_;
}

// Who waits is asked behind all calls that change the same frame, so that one receive gets what
// many have sent. What they sent is told no later: it is not durable before that frame is.
void Broker::defer_woken() {
  for (const QueueId queue : engine_.take_woken())
    if (waiters_.waiting_at(queue) > 0) deferred_.insert(queue);
}

void Broker::serve_deferred() {
  if (!has_bug(SeededBug::forgets_deferred))
    woken_.insert(woken_.end(), deferred_.begin(), deferred_.end());
  deferred_.clear();
  serve_woken();
  while (!behind_deferred_.empty() && takes_calls()) {
    std::unique_ptr<Call> call = std::move(behind_deferred_.front());
    behind_deferred_.pop_front();
    ask(std::move(call));
  }
  serve_woken();
  for (; !behind_deferred_.empty(); behind_deferred_.pop_back())
    unasked_.push_front(std::move(behind_deferred_.back()));
}

// Asking may move dead letters to another queue, and so wake that. It comes to an end also where
// queues are each other's dead-letter queue: a letter is given once before it moves on.
void Broker::serve_woken() {
  for (;;) {
    for (const QueueId queue : engine_.take_woken()) woken_.push_back(queue);
    if (woken_.empty()) return;
    while (!woken_.empty()) {
      const QueueId queue = woken_.front();
      woken_.pop_front();
      if (serve_waiters_of(queue)) continue;
      woken_.push_back(queue);
      return;
    }
  }
}

// Waiters are asked in order, and the first that gets nothing ends the asking. False if it must go
// on: the frame is full, or one has to be asked again, and keeps its place before all behind it.
bool Broker::serve_waiters_of(QueueId queue) {
  while (takes_calls()) {
    std::optional<Waiters::Waiter> waiter = waiters_.take_first_of(queue);
    if (!waiter) return true;
    const Decision decision = decide(*waiter->call);
    if (decision.verdict == Decision::Verdict::wait) {
      const bool is_elsewhere = decision.queue != queue;  // Its name is another queue's by now.
      waiter->queue = decision.queue;
      waiters_.put_back(*std::move(waiter));
      if (is_elsewhere) continue;
      return true;
    }
    if (decision.verdict == Decision::Verdict::again) {
      waiters_.put_back(*std::move(waiter));
      return false;
    }
    answer(std::move(waiter->call), decision);
  }
  return false;
}

void Broker::serve_due() {
  while (takes_calls()) {
    std::optional<Waiters::Waiter> waiter = waiters_.take_due(now_);
    if (!waiter) return;
    if (waiter->queue == no_queue) {
      unasked_.push_back(std::move(waiter->call));  // It was kept waiting before it could ask.
    } else {
      ask(std::move(waiter->call));
    }
  }
}

void Broker::keep_house() {
  if (!housekeeping_.has_facts() || !has_room()) return;
  engine::Turn turn{.now = now_, .random = random_, .facts = open_};
  housekeeping_.turn(engine_, turn);
}

void Broker::move_messages() {
  if (!takes_calls()) return;
  engine::Turn turn{.now = now_, .random = random_, .facts = open_};
  engine_.move_messages(turn);
}

void Broker::remove_expired() {
  if (now_ < next_expiry_ || !takes_calls()) return;
  engine::Turn turn{.now = now_, .random = random_, .facts = open_};
  const bool is_done = engine_.remove_expired(turn, expired_per_turn_max);
  next_expiry_ = now_ + (is_done ? expiry_interval : Duration(0));
  is_behind_ = is_behind_ || !is_done;
}

void Broker::remove_lapsed() {
  if (!takes_calls()) return;
  engine::Turn turn{.now = now_, .random = random_, .facts = open_};
  const bool is_done = engine_.remove_lapsed(turn, lapsed_per_turn_max);
  is_behind_ = is_behind_ || !is_done;
}

}  // namespace mailrail::broker
