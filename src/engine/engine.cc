#include "engine/engine.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "engine/limits.h"

namespace mailrail::engine {

Engine::Engine(std::uint64_t hash_seed, Strictness strictness)
    : store_(hash_seed), strictness_(strictness) {}
Engine::~Engine() = default;

void Engine::found(Turn& turn) {
  CHECK(!is_founded());
  Founded fact{.at = turn.now, .secret = {}};
  for (char& each : fact.secret) each = static_cast<char>(turn.random.below(256));
  record(turn, fact);
}

const Queue* Engine::find_queue(const QueueName& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : &queues_.at(found->second);
}

const Queue* Engine::find_queue(QueueId id) const {
  const auto found = queues_.find(id);
  return found == queues_.end() ? nullptr : &found->second;
}

std::optional<Body> Engine::body_of(QueueId queue, Seq seq) const {
  const Index entry = find_entry(queue_at(queue), seq);
  return entry == no_index ? std::nullopt : std::optional(store_.body_of(store_.entries[entry]));
}

std::optional<MessageView> Engine::view(QueueId id, Seq seq) const {
  const Queue* queue = find_queue(id);
  const Index index = queue == nullptr ? no_index : find_entry(*queue, seq);
  if (index == no_index) return std::nullopt;
  const Entry& entry = store_.entries[index];
  const Delivery* delivery = delivery_of(entry);
  MessageView view{.group = store_.groups[entry.group].name_view(),
                   .receive_count = delivery == nullptr ? 0 : delivery->receive_count};
  if (entry.is_shared) view.topic = store_.shared[entry.part.body].topic;
  return view;
}

QueueCounts Engine::counts(QueueId queue) const {
  const Contents& contents = contents_of(queue_at(queue));
  return {.visible = contents.visible(),
          .in_flight = contents.in_flight(),
          .delayed = contents.delayed(),
          .parked = contents.parked_messages(),
          .parked_conversations = contents.parked().size(),
          .damaged = contents.damaged(),
          .conversations_in_flight = contents.groups_in_flight(),
          .conversations_blocked = contents.groups_blocked(),
          .body_bytes = contents.body_bytes()};
}

std::optional<OldestSent> Engine::find_oldest(QueueId queue, std::size_t& budget) {
  return contents_of(queue_at(queue)).find_oldest(budget);
}

QueueId Engine::create_queue(Turn& turn,
                             const QueueName& name,
                             const QueueAttributes& attributes,
                             const std::map<std::string, std::string>& tags) {
  CHECK(!names_.contains(name) && !is_deleted_recently(name, turn.now));
  const QueueId queue(last_queue_.value() + 1);
  record(turn,
         QueueCreated{
             .queue = queue, .at = turn.now, .name = name, .attributes = attributes, .tags = tags});
  return queue;
}

void Engine::change_queue(Turn& turn, QueueId queue, const QueueAttributes& attributes) {
  record(
      turn,
      QueueChanged{
          .queue = queue, .at = turn.now, .attributes = attributes, .tags = queue_at(queue).tags});
}

void Engine::change_tags(Turn& turn,
                         QueueId queue,
                         const std::map<std::string, std::string>& tags,
                         OnPoison on_poison) {
  const Queue& changed = queue_at(queue);
  QueueChanged fact{
      .queue = queue, .at = changed.changed_at, .attributes = changed.attributes, .tags = tags};
  fact.attributes.on_poison = on_poison;
  record(turn, fact);
}

void Engine::keep_matcher(QueueId id, std::shared_ptr<const Matcher> matcher) {
  Queue& queue = queue_at(id);
  queue_bytes_ -= memory_bytes_of(queue);
  queue.matcher = std::move(matcher);
  queue_bytes_ += memory_bytes_of(queue);
}

void Engine::delete_queue(Turn& turn, QueueId queue) {
  CHECK(queues_.contains(queue));
  record(turn, QueueDeleted{.queue = queue, .at = turn.now});
}

PurgeResult Engine::purge_queue(Turn& turn, QueueId queue) {
  CHECK(queues_.contains(queue));
  if (strictness_ == Strictness::aws && purged_.has(queue, turn.now)) return PurgeResult::too_soon;
  record(turn, Purged{.queue = queue, .below_seq = last_seq_ + 1, .at = turn.now});
  return PurgeResult::done;
}

bool Engine::is_deleted_recently(const QueueName& name, Instant now) const {
  return strictness_ == Strictness::aws && deleted_.has(name, now);
}

bool Engine::advance(Instant now) {
  std::size_t budget = steps_per_advance_max;
  for (; budget > 0; --budget) {
    const Index entry = store_.leases.poll(now);
    if (entry == no_index) break;
    contents_[store_.groups[store_.entries[entry].group].contents]->lease_ended(entry);
  }
  for (; budget > 0; --budget) {
    const Index entry = store_.delays.poll(now);
    if (entry == no_index) break;
    contents_[store_.groups[store_.entries[entry].group].contents]->delay_ended(entry);
  }
  while (budget > 0 && !store_.fifo_due.empty() && store_.fifo_due.begin()->first <= now) {
    budget -= contents_[store_.fifo_due.begin()->second]->let_due_through(now, budget);
  }
  deduplication_.forget(now);
  attempts_.forget(now);
  deleted_.forget(now);
  purged_.forget(now);
  free_buried(budget);
  return budget > 0;
}

std::optional<Instant> Engine::next_due() const {
  if (!graveyard_.empty()) return Instant{};
  std::optional<Instant> next = store_.leases.next_due();
  const auto consider = [&](std::optional<Instant> other) {
    if (other && (!next || *other < *next)) next = other;
  };
  consider(store_.delays.next_due());
  if (!store_.fifo_due.empty()) consider(store_.fifo_due.begin()->first);
  return next;
}

std::vector<QueueId> Engine::take_woken() {
  for (const QueueId each : store_.woken) {
    if (const Queue* queue = find_queue(each)) contents_of(*queue).is_woken_ = false;
  }
  return std::exchange(store_.woken, {});
}

bool Engine::remove_expired(Turn& turn, std::size_t count_max) {
  std::size_t budget = count_max;
  // The oldest of each queue: on most queues they expire in the order in which they were sent.
  for (const auto& [id, queue] : queues_) {
    if (budget == 0) return false;
    Seq cursor(0);
    const Index first = contents_of(queue).first_from(cursor);
    if (first == no_index || !is_expired(queue, store_.entries[first], turn.now)) continue;
    if (!remove_expired_from(turn, queue, cursor, budget)) return false;
  }
  // Elsewhere (dead letters keep the time of their first send) a slow cursor finds them.
  auto queue = queues_.lower_bound(sweep_queue_);
  if (queue == queues_.end()) {
    sweep_queue_ = QueueId(0);
    sweep_seq_ = Seq(0);
    return true;
  }
  if (queue->first != sweep_queue_) sweep_seq_ = Seq(0);
  sweep_queue_ = queue->first;
  if (remove_expired_from(turn, queue->second, sweep_seq_, budget)) {
    sweep_queue_ = QueueId(queue->first.value() + 1);
    sweep_seq_ = Seq(0);
  }
  return true;
}

bool Engine::is_expired(const Queue& queue, const Entry& entry, Instant now) const {
  return entry.sent + queue.attributes.retention <= now && now >= retention_starts_;
}

// Looks at messages from `cursor` on and moves it. True at the end of the queue.
bool Engine::remove_expired_from(Turn& turn, const Queue& queue, Seq& cursor, std::size_t& budget) {
  Removed fact{.queue = queue.id, .why = RemovalReason::expired, .seqs = {}};
  const Contents& contents = contents_of(queue);
  Index entry = contents.first_from(cursor);
  for (; entry != no_index && budget > 0; --budget) {
    const Entry& candidate = store_.entries[entry];
    cursor = candidate.seq + 1;
    if (is_expired(queue, candidate, turn.now)) {
      const bool is_parked = store_.groups[candidate.group].is_parked;
      if (is_parked) {
        remove(turn, queue, entry, RemovalReason::expired);
      } else {
        fact.seqs.push_back(candidate.seq);
      }
    }
    entry = contents.first_from(cursor);
  }
  if (!fact.seqs.empty()) record(turn, fact);
  return entry == no_index;
}

Queue& Engine::queue_at(QueueId id) {
  const auto found = queues_.find(id);
  CHECK(found != queues_.end());
  return found->second;
}

const Queue& Engine::queue_at(QueueId id) const {
  const auto found = queues_.find(id);
  CHECK(found != queues_.end());
  return found->second;
}

Delivery* Engine::delivery_of(const Entry& entry) {
  return entry.delivery == no_index ? nullptr : &store_.deliveries[entry.delivery];
}

const Delivery* Engine::delivery_of(const Entry& entry) const {
  return entry.delivery == no_index ? nullptr : &store_.deliveries[entry.delivery];
}

void Engine::free_buried(std::size_t& budget) {
  while (budget > 0 && !graveyard_.empty()) {
    const Index number = graveyard_.back();
    Contents& contents = *contents_[number];
    for (; budget > 0 && !contents.empty(); --budget) contents.remove(contents.first_from(Seq(0)));
    if (!contents.empty()) return;
    contents_[number].reset();
    free_contents_.push_back(number);
    graveyard_.pop_back();
  }
}

}  // namespace mailrail::engine
