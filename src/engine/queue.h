// Queue: a name, its settings, and where its messages are.
// Its messages are in a Contents of the engine, which a purge exchanges for an empty one.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "engine/matcher.h"
#include "engine/move_task.h"
#include "engine/pool.h"
#include "engine/queue_attributes.h"
#include "engine/queue_bounds.h"

namespace mailrail::engine {

struct Queue {
  QueueId id;
  QueueName name;  // Of a delivery queue only for people.
  QueueAttributes attributes;
  std::map<std::string, std::string> tags;
  QueueBounds bounds = {};  // As the tags say.
  Instant created_at;
  Instant changed_at;
  Seq purged_below = {};   // Also forgets the deduplication ids of before.
  Seq swept_through = {};  // Restored from a checkpoint: it has seen the messages up to here.
  Index contents = no_index;
  std::vector<MoveTask> move_tasks = {};        // Out of this queue, the newest last.
  std::shared_ptr<const Matcher> matcher = {};  // Of its policy. Null: not made yet, or none.

  // Only the newest task may be running.
  bool is_moving() const { return !move_tasks.empty() && move_tasks.back().is_running(); }
  bool is_source_of(const QueueName& dead_letter_queue) const {
    return attributes.dead_letter && attributes.dead_letter->target == dead_letter_queue;
  }
};

// What a queue takes of the heap where the engine keeps it by id and by name, or
// by its subscription, without its messages.
std::uint64_t memory_bytes_of(const Queue& queue);

// Approximate only in AWS's words.
struct QueueCounts {
  std::uint64_t visible = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t delayed = 0;
  // In conversations that are parked, in any of these states.
  std::uint64_t parked = 0;
  std::uint64_t parked_conversations = 0;
  // In none of these.
  std::uint64_t damaged = 0;
  // FIFO: conversations of which consumers hold something; and those that are not parked and stand
  // still, because their first message is held and others wait behind it, or because it is damaged.
  std::uint64_t conversations_in_flight = 0;
  std::uint64_t conversations_blocked = 0;
  // What their bodies take of the log.
  std::uint64_t body_bytes = 0;
};

}  // namespace mailrail::engine
