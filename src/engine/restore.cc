// Restoring from a checkpoint: each record puts its part of the state in its place. What the sweep
// saw too early or too late, the replay of the facts from its begin puts right.

#include <algorithm>

#include "base/check.h"
#include "base/seeded_bug.h"
#include "engine/engine.h"

namespace mailrail::engine {

void Engine::restore(const CheckpointRecord& record) {
  std::visit([&](const auto& each) { put(each); }, record);
}

void Engine::put(const CheckpointBegin& record) {
  secret_ = record.secret;
  identity_ = std::make_unique<Identity>(secret_);
  if (!has_bug(SeededBug::reuses_sequence_numbers)) last_seq_ = record.last_seq;
  last_queue_ = record.last_queue;
  topics_.put_last(record.last_topic, record.last_subscription);
}

void Engine::put(const KeptQueue& record) {
  queues_.emplace(record.queue, Queue{.id = record.queue,
                                      .name = record.name,
                                      .attributes = record.attributes,
                                      .tags = record.tags,
                                      .bounds = bounds_in(record.tags),
                                      .created_at = record.created_at,
                                      .changed_at = record.changed_at,
                                      .purged_below = record.purged_below,
                                      .contents = open_contents(record.queue, record.attributes)});
  list_queue(queue_at(record.queue));
  queue_bytes_ += memory_bytes_of(queue_at(record.queue));
}

void Engine::put(const KeptMessages& record) {
  Contents& contents = contents_of(queue_at(record.queue));
  for (const KeptMessage& kept : record.messages) {
    Entry entry;
    entry.seq = kept.seq;
    place_body(entry, kept.body, kept.share);
    if (kept.share && kept.share->is_body_damaged) store_.shared.mark_damaged(entry.part.body);
    entry.sent = kept.sent;
    entry.delay_seconds = kept.delay_seconds;
    if (kept.delivery) {
      const Delivery delivery = restored(*kept.delivery);
      contents.add(entry, kept.group, &delivery);
      if (delivery.was_received_here()) contents.lease(contents.find(kept.seq), delivery);
    } else {
      contents.add(entry, kept.group, nullptr);
    }
    if (kept.delivery && kept.delivery->forgiven > 0)
      contents.forgive(kept.seq, kept.delivery->forgiven);
    if (kept.is_damaged) contents.mark_damaged(contents.find(kept.seq));
  }
  if (record.messages.empty()) return;
  restored_queue_ = record.queue;
  restored_seq_ = record.messages.back().seq;
  restored_seq_max_ = std::max(restored_seq_max_, restored_seq_);
}

Delivery Engine::restored(const KeptDelivery& kept) {
  Delivery delivery;
  delivery.until = kept.until;
  delivery.lease_started = kept.lease_started;
  delivery.first_received = kept.first_received;
  delivery.origin_queue = kept.origin_queue;
  delivery.origin = kept.origin_seq.value();
  delivery.redriven = kept.redrives;
  delivery.receive_count = kept.receive_count;
  if (kept.source) delivery.source = intern_source(*kept.source);
  return delivery;
}

void Engine::put(const SweptQueue& record) {
  queue_at(record.queue).swept_through = record.through;
}

void Engine::put(const KeptParked& record) {
  if (has_bug(SeededBug::forgets_parked)) return;
  const Queue& queue = queue_at(record.queue);
  const Index group = store_.groups.find(queue.contents, record.group);
  if (group != no_index) contents_of(queue).park(group, record.since);
}

void Engine::put(const KeptDeduplication& record) {
  if (has_bug(SeededBug::forgets_deduplication)) return;
  for (const KeptDeduplication::Id& each : record.ids)
    deduplication_.remember(each.key, each.seq, each.at);
}

void Engine::put(const KeptRecent& record) {
  for (const KeptRecent::Deletion& each : record.deletions) deleted_.remember(each.name, each.at);
  for (const KeptRecent::Purge& each : record.purges) purged_.remember(each.queue, each.at);
}

void Engine::put(const KeptAttempt& record) {
  for (const KeptAttempt::Given& each : record.given) {
    attempts_.remember(record.attempt, record.started,
                       {.seq = each.seq, .generation = each.generation, .until = each.until});
  }
}

void Engine::put(const KeptMoveTask& record) {
  if (has_bug(SeededBug::forgets_move_tasks)) return;
  MoveTask task = record.task;
  if (has_bug(SeededBug::forgets_move_progress)) task.moved = 0;
  add_move_task(queue_at(record.queue), task);
}

}  // namespace mailrail::engine
