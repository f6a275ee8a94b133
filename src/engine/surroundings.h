// Surroundings: what a call may ask of whatever runs the engine: whether there is room for more,
// who waits, what is used of the limits, how far the log is.
//
// Calls ask, rules never do: the engine does the same whoever runs it.

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

// A limit of the server that is reached: a call that would add messages is refused until less is
// used. What takes them out always works.
struct Full {
  enum class What : std::uint8_t { disk, memory };

  What what = What::memory;
  std::uint64_t used_bytes = 0;
  std::uint64_t limit_bytes = 0;
};

class Surroundings {
 public:
  virtual ~Surroundings() = default;
  // Nothing if there is room for more.
  virtual std::optional<Full> full() const = 0;
  // Calls that wait for messages of that queue.
  virtual std::size_t waiting_at(QueueId queue) const = 0;
  virtual ServerUse use() const = 0;
};

}  // namespace mailrail::engine
