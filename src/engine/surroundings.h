// Surroundings: what a call that describes a server may ask of whatever runs the engine: who waits,
// what is used of the limits, how far the log is.
//
// Rules never ask: the engine does the same whoever runs it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/time.h"

namespace mailrail::engine {

struct ServerUse {
  std::size_t waiting = 0;  // Calls of clients that wait for messages.
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_bytes_max = 0;
  std::uint64_t disk_bytes = 0;
  std::uint64_t disk_bytes_max = 0;
  std::uint64_t log_bytes = 0;  // Of these,
  std::uint64_t checkpoint_bytes = 0;
  std::uint64_t spare_bytes = 0;
  Position log_end = {};
  Position durable_end = {};
  std::optional<Instant> last_checkpoint = {};  // Since the start.
};

class Surroundings {
 public:
  virtual ~Surroundings() = default;
  // Calls that wait for messages of that queue.
  virtual std::size_t waiting_at(QueueId queue) const = 0;
  virtual ServerUse use() const = 0;
};

}  // namespace mailrail::engine
