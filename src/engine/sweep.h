// Sweep: where a walk through the engine's state for a checkpoint stands.
//
// The walk goes on in short runs between turns, whatever these change meanwhile: queue by queue in
// the order of their ids, each by sequence number, then the parked conversations, the deduplication
// ids and the receive attempts. Only the queues themselves, which were lately purged or deleted,
// and topics and subscriptions are taken at once, when it begins.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "base/ids.h"
#include "base/time.h"
#include "engine/checkpoint.h"

namespace mailrail::engine {

struct SweepLimits {
  std::size_t messages_max = 1000;                 // That one run looks at.
  std::size_t bytes_max = std::size_t{256} << 10;  // A run ends when it has that many.
};

struct Sweep {
  enum class Phase : std::uint8_t { messages, parked, deduplication, attempts, done };

  SweepLimits limits;
  QueueId queue_last;  // Younger queues are the log's business.
  Phase phase = Phase::messages;
  std::deque<CheckpointRun> ready = {};  // Taken already, to be given next.
  QueueId queue = {};                    // Go on here,
  Seq seq = {};                          // with this message.
  std::string group = {};                // Of the parked ones, the last that was taken.
  Instant table = {};
  std::size_t shard = 0;
  std::pair<std::uint64_t, std::uint64_t> attempt = {};
};

}  // namespace mailrail::engine
