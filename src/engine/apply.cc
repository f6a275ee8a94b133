// Applying facts: the only place where the engine's state changes. Nothing here can fail or look at
// the time.

#include <algorithm>

#include <fmt/format.h>
#include <xxhash.h>

#include "base/bytes.h"
#include "base/check.h"
#include "engine/engine.h"
#include "engine/limits.h"

namespace mailrail::engine {

void Engine::record(Turn& turn, const Fact& fact) { apply(fact, turn.facts.append(fact)); }

void Engine::apply(const Fact& fact, const Body& place) {
  std::visit([&](const auto& each) { on(each, place); }, fact);
}

// A fact from before the end of the sweep brings a message that the sweep had already, or would
// have had if it had not been gone by then. Of a queue that was deleted halfway the sweep knows no
// end.
bool Engine::was_swept(const Queue& queue, Seq seq, const Body& place) const {
  if (is_exact(place)) return false;
  return seq <= queue.swept_through || find_entry(queue, seq) != no_index;
}

void Engine::on(const Founded& fact, const Body&) {
  secret_ = fact.secret;
  identity_ = std::make_unique<Identity>(secret_);
}

void Engine::on(const QueueCreated& fact, const Body&) {
  last_queue_ = std::max(last_queue_, fact.queue);
  queues_.emplace(fact.queue, Queue{.id = fact.queue,
                                    .name = fact.name,
                                    .attributes = fact.attributes,
                                    .tags = fact.tags,
                                    .bounds = bounds_in(fact.tags),
                                    .created_at = fact.at,
                                    .changed_at = fact.at,
                                    .contents = open_contents(fact.queue, fact.attributes)});
  list_queue(queue_at(fact.queue));
  queue_bytes_ += memory_bytes_of(queue_at(fact.queue));
}

void Engine::list_queue(const Queue& queue) {
  if (!queue.attributes.is_delivery_queue()) {
    names_.emplace(queue.name, queue.id);
    return;
  }
  delivery_queues_.emplace(queue.attributes.subscription, queue.id);
  // Who looks for new ones must be told.
  if (store_.woken.empty() || store_.woken.back() != QueueId()) store_.woken.push_back(QueueId());
}

void Engine::unlist_queue(const Queue& queue) {
  const auto named = names_.find(queue.name);
  if (named != names_.end() && named->second == queue.id) names_.erase(named);
  const auto delivering = delivery_queues_.find(queue.attributes.subscription);
  if (delivering != delivery_queues_.end() && delivering->second == queue.id)
    delivery_queues_.erase(delivering);
}

void Engine::on(const QueueChanged& fact, const Body&) {
  Queue& queue = queue_at(fact.queue);
  queue_bytes_ -= memory_bytes_of(queue);
  unlist_queue(queue);
  queue.attributes = fact.attributes;
  queue.matcher.reset();
  queue.tags = fact.tags;
  const bool was_paused = queue.bounds.is_paused;
  queue.bounds = bounds_in(fact.tags);
  if (!queue.bounds.sends_per_second) send_rates_.forget(queue.id);
  list_queue(queue);
  queue_bytes_ += memory_bytes_of(queue);
  queue.changed_at = fact.at;
  contents_of(queue).set_delay(fact.attributes.delay);
  if (was_paused && !queue.bounds.is_paused) store_.woken.push_back(queue.id);
}

void Engine::on(const QueueDeleted& fact, const Body&) {
  const Queue& queue = queue_at(fact.queue);
  bury(queue.contents);
  queue_bytes_ -= memory_bytes_of(queue);
  moving_.erase(fact.queue);
  send_rates_.forget(fact.queue);
  store_.woken.push_back(fact.queue);  // Who waits for its messages must be told.
  if (!queue.attributes.is_delivery_queue()) deleted_.remember(queue.name, fact.at);
  unlist_queue(queue);
  queues_.erase(fact.queue);
}

void Engine::on(const Purged& fact, const Body& place) {
  Queue& queue = queue_at(fact.queue);
  CHECK(fact.below_seq > last_seq_ || !is_exact(place));  // All that the queue has goes.
  queue.purged_below = fact.below_seq;
  purged_.remember(fact.queue, fact.at);
  if (is_exact(place)) {
    bury(queue.contents);
    queue.contents = open_contents(queue.id, queue.attributes);
    return;
  }
  // The checkpoint may have younger messages, and may have known that they are parked: then a fact
  // says so, too.
  Contents& contents = contents_of(queue);
  contents.unpark_all();
  for (;;) {
    const Index first = contents.first_from(Seq(0));
    if (first == no_index || store_.entries[first].seq >= fact.below_seq) return;
    contents.remove(first);
  }
}

void Engine::on(const Sent& fact, const Body& place) {
  last_seq_ = std::max(last_seq_, fact.seq);
  Entry entry;
  entry.seq = fact.seq;
  entry.position = place.position;
  entry.length = place.length;
  entry.sent = fact.at;
  entry.delay_seconds = fact.delay_seconds;
  const Queue& queue = queue_at(fact.queue);
  if (!was_swept(queue, fact.seq, place)) contents_of(queue).add(entry, fact.group, nullptr);
  if (fact.deduplication_key) deduplication_.remember(fact.deduplication_key, fact.seq, fact.at);
}

void Engine::on(const Leased& fact, const Body& place) {
  const Queue& queue = queue_at(fact.queue);
  if (fact.attempt) {
    attempts_.remember(fact.attempt, fact.started,
                       {.seq = fact.seq, .generation = fact.receive_count, .until = fact.until});
  }
  const Index entry = find_entry(queue, fact.seq);
  CHECK(entry != no_index || !is_exact(place));
  if (entry == no_index) return;
  Delivery delivery;
  delivery.until = fact.until;
  delivery.lease_started = fact.started;
  delivery.first_received = fact.first_received;
  delivery.receive_count = fact.receive_count;
  contents_of(queue).lease(entry, delivery);
}

void Engine::on(const Removed& fact, const Body& place) {
  const Queue& queue = queue_at(fact.queue);
  for (const Seq each : fact.seqs) {
    const Index entry = find_entry(queue, each);
    CHECK(entry != no_index || !is_exact(place));
    if (entry != no_index) contents_of(queue).remove(entry);
  }
}

// `delivery` lacks only where the message was sent to first, which both kinds of move carry.
template <class Move>
void Engine::move_entry(const Move& fact, Instant sent, Delivery delivery, const Body& place) {
  last_seq_ = std::max(last_seq_, fact.seq);
  const Queue& from = queue_at(fact.from);
  const Queue& to = queue_at(fact.to);
  Entry entry;
  entry.seq = fact.seq;
  entry.sent = sent;
  delivery.origin_queue = fact.origin_queue;
  delivery.origin = fact.origin_seq.value();
  delivery.redriven = fact.redrives;
  // Added before it is removed: the fact's group may be a view of the group that the removal frees,
  // and a body that is shared stays so.
  if (!was_swept(to, fact.seq, place)) {
    place_body(entry, fact.body, fact.share);
    contents_of(to).add(entry, fact.group, &delivery);
  }
  const Index moved = find_entry(from, fact.from_seq);
  CHECK(moved != no_index || !is_exact(place));
  if (moved != no_index) contents_of(from).remove(moved);
}

void Engine::on(const Moved& fact, const Body& place) {
  Delivery delivery;
  delivery.receive_count = fact.receive_count;
  delivery.first_received = fact.first_received;
  const Queue& from = queue_at(fact.from);
  if (!from.attributes.is_delivery_queue()) delivery.source = intern_source(from.name);
  move_entry(fact, fact.sent, delivery, place);
}

void Engine::on(const Relocated& fact, const Body& place) {
  const Queue& queue = queue_at(fact.queue);
  const Index entry = find_entry(queue, fact.seq);
  CHECK(entry != no_index || !is_exact(place));
  if (entry != no_index)
    contents_of(queue).relocate(entry, place.position + (place.length - fact.sent.size()));
}

void Engine::on(const Damaged& fact, const Body&) {
  const Queue& queue = queue_at(fact.queue);
  const Index entry = find_entry(queue, fact.seq);
  if (entry == no_index || store_.body_of(store_.entries[entry]).position != fact.position) return;
  contents_of(queue).mark_damaged(entry);
}

void Engine::on(const MoveTaskStarted& fact, const Body&) {
  last_seq_ = std::max(last_seq_, fact.task);
  add_move_task(queue_at(fact.queue), {.id = fact.task,
                                       .started = fact.at,
                                       .destination = fact.destination,
                                       .rate = fact.rate,
                                       .to_move = fact.to_move,
                                       .pace = fact.pace});
}

void Engine::on(const Redriven& fact, const Body& place) {
  move_entry(fact, fact.at, Delivery{}, place);
  Queue& from = queue_at(fact.from);
  if (!from.is_moving() || from.move_tasks.back().id != fact.task) return;
  from.move_tasks.back().moved = fact.moved;
  from.move_tasks.back().lag = fact.lag;
}

void Engine::on(const MoveTaskEnded& fact, const Body&) {
  Queue& queue = queue_at(fact.queue);
  if (!queue.is_moving() || queue.move_tasks.back().id != fact.task) return;
  queue.move_tasks.back().status = fact.status;
  queue.move_tasks.back().failure = fact.failure;
  moving_.erase(fact.queue);
}

void Engine::add_move_task(Queue& queue, const MoveTask& task) {
  queue_bytes_ -= memory_bytes_of(queue);
  if (queue.move_tasks.size() == move_tasks_kept_max) {
    queue.move_tasks.erase(queue.move_tasks.begin());
  }
  queue.move_tasks.push_back(task);
  queue_bytes_ += memory_bytes_of(queue);
  if (task.is_running()) moving_[queue.id] = {};
}

// Of a group that is not there the checkpoint has nothing: by the end of its sweep it was empty,
// and so unparked, at least once.
void Engine::on(const ConversationParked& fact, const Body& place) {
  const Queue& queue = queue_at(fact.queue);
  const Index group = store_.groups.find(queue.contents, fact.group);
  CHECK(group != no_index || !is_exact(place));
  if (group != no_index) contents_of(queue).park(group, fact.at);
}

void Engine::on(const ConversationUnparked& fact, const Body& place) {
  const Queue& queue = queue_at(fact.queue);
  for (const ConversationUnparked::Forgiven& each : fact.forgiven) {
    const Index entry = find_entry(queue, each.seq);
    CHECK(entry != no_index || !is_exact(place));
    if (entry != no_index) contents_of(queue).forgive(each.seq, each.receive_count);
  }
  const Index group = store_.groups.find(queue.contents, fact.group);
  if (group != no_index) contents_of(queue).unpark(group);
}

Index Engine::open_contents(QueueId queue, const QueueAttributes& attributes) {
  if (free_contents_.empty()) {
    free_contents_.push_back(static_cast<Index>(contents_.size()));
    contents_.emplace_back();
  }
  const Index number = free_contents_.back();
  free_contents_.pop_back();
  const QueueType type = attributes.is_fifo ? QueueType::fifo : QueueType::standard;
  contents_[number] = std::make_unique<Contents>(store_, number, queue, type);
  contents_[number]->set_delay(attributes.delay);
  return number;
}

void Engine::bury(Index contents) {
  contents_[contents]->detach();
  graveyard_.push_back(contents);
}

Index Engine::intern_source(const QueueName& name) {
  const auto [known, is_new] =
      source_numbers_.try_emplace(name, static_cast<Index>(sources_.size()));
  if (is_new) sources_.push_back(name);
  return known->second;
}

std::uint64_t Engine::state_hash(Instant now) const {
  std::string bytes;
  ByteWriter out(bytes);
  out.string({secret_.data(), secret_.size()});
  out.u64(last_seq_.value());
  out.u64(last_queue_.value());
  for (const auto& [id, queue] : queues_) {
    encode_fact(QueueChanged{.queue = id,
                             .at = queue.changed_at,
                             .attributes = queue.attributes,
                             .tags = queue.tags},
                bytes);
    out.string(queue.name.region + "/" + queue.name.account + "/" + queue.name.name);
    out.u64(static_cast<std::uint64_t>(unix_ms(queue.created_at)));
    out.u64(queue.purged_below.value());
    for (const MoveTask& each : queue.move_tasks)
      encode_record(KeptMoveTask{.queue = id, .task = each}, bytes);
    const Contents& contents = contents_of(queue);
    for (Index index = contents.first_from(Seq(0)); index != no_index;) {
      const Entry& entry = store_.entries[index];
      const Body body = store_.body_of(entry);
      for (const std::uint64_t part :
           {entry.seq.value(), body.position.value(), std::uint64_t{body.length},
            static_cast<std::uint64_t>(unix_ms(entry.sent)), std::uint64_t{entry.delay_seconds},
            std::uint64_t{entry.state == EntryState::damaged}}) {
        out.u64(part);
      }
      if (const std::optional<Share> share = store_.share_of(entry)) {
        out.u64(share->publication.value());
        out.u32(share->topic.value());
        out.u32(share->subscription.value());
        out.u8(static_cast<std::uint8_t>(share->is_raw ? 1 : 0));
        out.u8(static_cast<std::uint8_t>(share->protocol));
        out.u8(static_cast<std::uint8_t>(share->is_body_damaged ? 1 : 0));
      }
      out.string(store_.groups[entry.group].name_view());
      if (const Delivery* delivery = delivery_of(entry)) {
        for (const Instant at :
             {delivery->until, delivery->lease_started, delivery->first_received}) {
          out.u64(static_cast<std::uint64_t>(unix_ms(at)));
        }
        out.u64(delivery->origin_seq().value());
        out.u32(delivery->redrives());
        out.u64(delivery->origin_queue.value());
        out.u32(delivery->receive_count);
        if (delivery->source != no_index) out.string(sources_[delivery->source].name);
      }
      out.u32(contents.forgiven(entry.seq));
      index = contents.first_from(entry.seq + 1);
    }
    for (const auto& [group, parked] : contents.parked()) {
      out.string(group);
      out.u64(static_cast<std::uint64_t>(unix_ms(parked.since)));
    }
  }
  topics_.write(out);
  out.u64(deduplication_.hash(now));
  attempts_.write(now, out);
  for (const auto& [at, name] : deleted_.in_order()) {
    if (now - at < recent_window) out.string(fmt::format("{} {}", unix_ms(at), name.name));
  }
  for (const auto& [at, queue] : purged_.in_order()) {
    if (now - at < recent_window) out.string(fmt::format("{} {}", unix_ms(at), queue.value()));
  }
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace mailrail::engine
