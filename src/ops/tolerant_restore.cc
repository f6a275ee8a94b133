// What a checkpoint's records bring to a tolerant replay.

#include <algorithm>

#include "ops/possible.h"
#include "ops/tolerant_replay.h"

namespace mailrail::ops {

using engine::KeptMessage;

std::optional<Misfit> TolerantReplay::put(const engine::CheckpointRecord& record) {
  return counted(std::visit([&](const auto& each) { return put_one(each); }, record));
}

TolerantReplay::Outcome TolerantReplay::put_one(const engine::CheckpointBegin& record) {
  if (record.last_seq > Seq(engine::seq_max) || record.last_queue > QueueId(engine::queue_id_max) ||
      record.last_topic > TopicId(engine::topic_id_max) ||
      record.last_subscription > SubscriptionId(engine::subscription_id_max))
    return Misfit::impossible;
  if (engine_.is_founded()) return Misfit::out_of_order;
  engine_.restore(record);
  newest_ = newest_of_all_ = record.last_seq;
  last_queue_ = record.last_queue;
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::put_one(const engine::KeptQueue& record) {
  if (!is_possible(record.queue) || !is_possible(record.attributes) ||
      !is_possible(record.created_at) || !is_possible(record.changed_at) ||
      record.purged_below > Seq(engine::seq_max))
    return Misfit::impossible;
  const bool delivers = record.attributes.is_delivery_queue();
  const engine::Queue* other = delivers ? engine_.delivery_queue(record.attributes.subscription)
                                        : engine_.find_queue(record.name);
  if (has_queue(record.queue) || other != nullptr) return Misfit::queue_there_twice;
  engine_.restore(record);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::put_one(const engine::KeptMessages& record) {
  Outcome outcome;
  if (!is_possible(record.queue)) return Misfit::impossible;
  for (const KeptMessage& each : record.messages) {
    if (const Outcome one = add(record.queue, each)) outcome = one;
  }
  return outcome;
}

// Only a whole checkpoint has all messages up to there: until then nothing is passed over for it.
TolerantReplay::Outcome TolerantReplay::put_one(const engine::SweptQueue& record) {
  if (record.through > Seq(engine::seq_max)) return Misfit::impossible;
  newest_of_all_ = std::max(newest_of_all_, record.through);
  if (!has_queue(record.queue)) return Misfit::unknown_queue;
  swept_.push_back(record);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::put_one(const engine::KeptDeduplication& record) {
  for (const engine::KeptDeduplication::Id& each : record.ids) {
    if (!is_possible(each.seq) || !is_possible(each.at)) return Misfit::impossible;
  }
  engine_.restore(record);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::put_one(const engine::KeptAttempt& record) {
  if (!is_possible(record.started)) return Misfit::impossible;
  for (const engine::KeptAttempt::Given& each : record.given) {
    if (!is_possible(each.seq) || !is_possible(each.until)) return Misfit::impossible;
  }
  engine_.restore(record);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::put_one(const engine::KeptMoveTask& record) {
  if (!is_possible(record.task.id) || !is_possible(record.task.started) ||
      !is_possible(record.task.lag))
    return Misfit::impossible;
  if (!has_queue(record.queue)) return Misfit::unknown_queue;
  const engine::Queue& queue = *engine_.find_queue(record.queue);
  const bool is_newest = queue.move_tasks.empty() || record.task.id > queue.move_tasks.back().id;
  if (queue.is_moving() || !is_newest) return Misfit::out_of_order;
  engine_.restore(record);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::put_one(const engine::KeptRecent& record) {
  for (const engine::KeptRecent::Deletion& each : record.deletions) {
    if (!is_possible(each.at)) return Misfit::impossible;
  }
  for (const engine::KeptRecent::Purge& each : record.purges) {
    if (!is_possible(each.queue) || !is_possible(each.at)) return Misfit::impossible;
  }
  engine_.restore(record);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::put_one(const engine::KeptParked& record) {
  if (!is_possible(record.since)) return Misfit::impossible;
  if (!has_queue(record.queue)) return Misfit::unknown_queue;
  if (!engine_.objection_to(record).empty()) return Misfit::impossible;
  engine_.restore(record);
  return std::nullopt;
}

}  // namespace mailrail::ops
