// Walking through the state: for checkpoints, and for messages whose bodies lie in old parts of the
// log.

#include "engine/sweep.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/seeded_bug.h"
#include "engine/engine.h"

namespace mailrail::engine {
namespace {

// Adds records to the last of `runs`, or to a new one if that is full.
class RunFiller {
 public:
  RunFiller(std::deque<CheckpointRun>& runs, std::size_t bytes_max)
      : runs_(runs), bytes_max_(bytes_max) {}

  void add(const CheckpointRecord& record) {
    if (runs_.empty() || runs_.back().payload.size() >= bytes_max_) runs_.emplace_back();
    runs_.back().add(record);
  }

 private:
  std::deque<CheckpointRun>& runs_;
  std::size_t bytes_max_;
};

// More would make one record long.
constexpr std::size_t deduplication_ids_per_record = 64;
constexpr std::size_t recent_per_record = 64;

}  // namespace

Sweep Engine::begin_sweep(const SweepLimits& limits) const {
  CHECK(is_founded());
  Sweep sweep{.limits = limits, .queue_last = last_queue_};
  RunFiller filler(sweep.ready, limits.bytes_max);
  filler.add(CheckpointBegin{.secret = secret_,
                             .last_seq = last_seq_,
                             .last_queue = last_queue_,
                             .last_topic = topics_.last_topic(),
                             .last_subscription = topics_.last_subscription()});
  for (const auto& [id, queue] : queues_) {
    filler.add(KeptQueue{.queue = id,
                         .name = queue.name,
                         .attributes = queue.attributes,
                         .tags = queue.tags,
                         .created_at = queue.created_at,
                         .changed_at = queue.changed_at,
                         .purged_below = queue.purged_below});
  }
  sweep_recent(sweep);
  for (const auto& [id, queue] : queues_) {
    for (const MoveTask& each : queue.move_tasks)
      filler.add(KeptMoveTask{.queue = id, .task = each});
  }
  if (const SigningKey* key = signing_key()) filler.add(KeptSigningKey{.key = *key});
  for (const auto& [id, topic] : topics_.all()) filler.add(kept(topic));
  for (const auto& [id, subscription] : topics_.subscriptions()) {
    const bool is_last = id == topics_.subscriptions().rbegin()->first;
    if (is_last && has_bug(SeededBug::sweeps_no_last_subscription)) continue;
    filler.add(kept(subscription));
  }
  return sweep;
}

void Engine::sweep_recent(Sweep& sweep) const {
  RunFiller filler(sweep.ready, sweep.limits.bytes_max);
  KeptRecent kept;
  const auto fill = [&](std::size_t count_max) {
    if (kept.deletions.size() + kept.purges.size() < count_max) return;
    filler.add(std::exchange(kept, {}));
  };
  for (const auto& [at, name] : deleted_.in_order()) {
    kept.deletions.push_back({.name = name, .at = at});
    fill(recent_per_record);
  }
  for (const auto& [at, queue] : purged_.in_order()) {
    kept.purges.push_back({.queue = queue, .at = at});
    fill(recent_per_record);
  }
  fill(1);
}

std::optional<CheckpointRun> Engine::sweep(Sweep& sweep) const {
  while (sweep.ready.empty()) {
    switch (sweep.phase) {
      case Sweep::Phase::messages:
        sweep_messages(sweep);
        break;
      case Sweep::Phase::parked:
        sweep_parked(sweep);
        break;
      case Sweep::Phase::deduplication:
        sweep_deduplication(sweep);
        break;
      case Sweep::Phase::attempts:
        sweep_attempts(sweep);
        break;
      case Sweep::Phase::done:
        return std::nullopt;
    }
  }
  CheckpointRun run = std::move(sweep.ready.front());
  sweep.ready.pop_front();
  return run;
}

// One run of messages, from one queue or, where these are short, from several.
void Engine::sweep_messages(Sweep& sweep) const {
  CheckpointRun run;
  std::size_t left = sweep.limits.messages_max;
  auto queue = queues_.lower_bound(sweep.queue);
  while (left > 0 && run.payload.size() < sweep.limits.bytes_max) {
    if (queue == queues_.end() || queue->first > sweep.queue_last) {
      sweep.phase = Sweep::Phase::parked;
      sweep.queue = QueueId();
      break;
    }
    if (queue->first != sweep.queue) sweep.seq = Seq(0);  // The one before may be gone.
    sweep.queue = queue->first;
    const KeptMessages kept =
        next_messages(queue->second, sweep, left, sweep.limits.bytes_max - run.payload.size());
    if (!kept.messages.empty()) run.add(kept);
    if (contents_of(queue->second).first_from(sweep.seq) != no_index) continue;
    run.add(SweptQueue{.queue = queue->first, .through = last_seq_});
    left -= left > 0 ? 1 : 0;  // Empty queues take time too.
    sweep.queue = QueueId(queue->first.value() + 1);
    sweep.seq = Seq(0);
    ++queue;
  }
  if (run.count > 0) sweep.ready.push_back(std::move(run));
}

KeptMessages Engine::next_messages(const Queue& queue,
                                   Sweep& sweep,
                                   std::size_t& left,
                                   std::size_t bytes_max) const {
  KeptMessages kept{.queue = queue.id};
  const Contents& contents = contents_of(queue);
  // About what a message takes besides its group; a run may be somewhat longer than the limit.
  constexpr std::size_t message_bytes = 32;
  std::size_t bytes = 0;
  for (; left > 0 && bytes < bytes_max; --left) {
    const Index index = contents.first_from(sweep.seq);
    if (index == no_index) break;
    kept.messages.push_back(kept_message(contents, store_.entries[index]));
    bytes += message_bytes + kept.messages.back().group.size();
    sweep.seq = store_.entries[index].seq + 1;
  }
  return kept;
}

KeptMessage Engine::kept_message(const Contents& contents, const Entry& entry) const {
  KeptMessage kept{.seq = entry.seq,
                   .body = store_.body_of(entry),
                   .sent = entry.sent,
                   .delay_seconds = entry.delay_seconds,
                   .group = store_.groups[entry.group].name_view(),
                   .is_damaged = entry.state == EntryState::damaged,
                   .share = store_.share_of(entry)};
  if (const Delivery* delivery = delivery_of(entry)) {
    kept.delivery =
        KeptDelivery{.until = delivery->until,
                     .lease_started = delivery->lease_started,
                     .first_received = delivery->first_received,
                     .origin_queue = delivery->origin_queue,
                     .origin_seq = delivery->origin_seq(),
                     .receive_count = delivery->receive_count,
                     .forgiven = std::min(contents.forgiven(entry.seq), delivery->receive_count),
                     .redrives = delivery->redrives()};
    if (delivery->source != no_index) kept.delivery->source = sources_[delivery->source];
  }
  return kept;
}

void Engine::sweep_parked(Sweep& sweep) const {
  RunFiller filler(sweep.ready, sweep.limits.bytes_max);
  auto queue = queues_.lower_bound(sweep.queue);
  for (std::size_t left = sweep.limits.messages_max; left > 0; --left) {
    if (queue == queues_.end() || queue->first > sweep.queue_last) {
      sweep.phase = Sweep::Phase::deduplication;
      return;
    }
    if (queue->first != sweep.queue) sweep.group.clear();
    sweep.queue = queue->first;
    const Parking::Places& parked = contents_of(queue->second).parked();
    const auto next = parked.upper_bound(sweep.group);
    if (next == parked.end()) {
      sweep.queue = QueueId(queue->first.value() + 1);
      sweep.group.clear();
      ++queue;
      continue;
    }
    sweep.group = next->first;
    filler.add(
        KeptParked{.queue = queue->first, .group = next->first, .since = next->second.since});
  }
}

void Engine::sweep_deduplication(Sweep& sweep) const {
  const auto ids = deduplication_.next_shard(sweep.table, sweep.shard);
  if (!ids) {
    sweep.phase = Sweep::Phase::attempts;
    return;
  }
  RunFiller filler(sweep.ready, sweep.limits.bytes_max);
  for (std::size_t i = 0; i < ids->size(); i += deduplication_ids_per_record) {
    const auto first = ids->begin() + static_cast<std::ptrdiff_t>(i);
    const std::size_t count = std::min(deduplication_ids_per_record, ids->size() - i);
    filler.add(KeptDeduplication{.ids = {first, first + static_cast<std::ptrdiff_t>(count)}});
  }
}

void Engine::sweep_attempts(Sweep& sweep) const {
  RunFiller filler(sweep.ready, sweep.limits.bytes_max);
  for (std::size_t left = sweep.limits.messages_max; left > 0; --left) {
    const std::optional<KeptAttempt> kept = attempts_.next(sweep.attempt);
    if (!kept) {
      sweep.phase = Sweep::Phase::done;
      return;
    }
    filler.add(*kept);
  }
}

// --- Bodies in old parts of the log.

std::vector<OldBody> Engine::find_old_bodies(OldBodies& cursor, std::size_t looked_at_max) const {
  std::vector<OldBody> found;
  std::size_t bytes = 0;
  auto queue = queues_.lower_bound(cursor.queue);
  for (; looked_at_max > 0 && bytes < cursor.bytes_max && !cursor.is_in_shared; --looked_at_max) {
    cursor.is_done = store_.live.before(cursor.before) == 0;
    if (cursor.is_done) return found;
    if (queue == queues_.end()) {
      cursor.is_in_shared = true;
      break;
    }
    if (queue->first != cursor.queue) cursor.seq = Seq(0);
    cursor.queue = queue->first;
    const Index index = contents_of(queue->second).first_from(cursor.seq);
    if (index == no_index) {
      ++queue;
      cursor.queue = QueueId(cursor.queue.value() + 1);
      cursor.seq = Seq(0);
      continue;
    }
    const Entry& entry = store_.entries[index];
    cursor.seq = entry.seq + 1;
    const bool is_shared = entry.is_shared && !has_bug(SeededBug::moves_shared_bodies_for_one);
    if (is_shared || store_.body_of(entry).position >= cursor.before || is_damaged(index)) continue;
    const Delivery* delivery = delivery_of(entry);
    found.push_back({.queue = queue->first,
                     .seq = entry.seq,
                     .body = store_.body_of(entry),
                     .origin_queue = delivery == nullptr ? queue->first : delivery->origin_queue,
                     .origin_seq = delivery == nullptr ? entry.seq : delivery->origin_seq()});
    bytes += entry.length;
  }
  if (cursor.is_in_shared && found.empty()) find_old_shared(cursor, looked_at_max, found);
  return found;
}

void Engine::find_old_shared(OldBodies& cursor,
                             std::size_t looked_at_max,
                             std::vector<OldBody>& found) const {
  std::size_t bytes = 0;
  for (; looked_at_max > 0 && bytes < cursor.bytes_max; --looked_at_max) {
    const Index index = store_.shared.first_from(cursor.publication);
    cursor.is_done = index == no_index || store_.live.before(cursor.before) == 0;
    if (cursor.is_done) return;
    const SharedBody& shared = store_.shared[index];
    cursor.publication = shared.publication + 1;
    if (shared.position >= cursor.before || shared.is_damaged) continue;
    found.push_back({.body = shared.body(), .publication = shared.publication});
    bytes += shared.length;
  }
}

void Engine::relocate(Turn& turn, const OldBody& old, std::string_view sent) {
  CHECK(sent.size() == old.body.length);
  if (old.publication) {
    const Index shared = store_.shared.find(*old.publication);
    const bool is_there = shared != no_index && !store_.shared[shared].is_damaged &&
                          store_.shared[shared].body() == old.body;
    if (is_there) record(turn, SharedBodyRelocated{.publication = *old.publication, .body = sent});
    return;
  }
  const Queue* queue = find_queue(old.queue);
  if (queue == nullptr) return;
  const Index entry = find_entry(*queue, old.seq);
  if (entry == no_index || is_damaged(entry) || store_.body_of(store_.entries[entry]) != old.body)
    return;
  record(turn, Relocated{.queue = old.queue, .seq = old.seq, .sent = sent});
}

}  // namespace mailrail::engine
