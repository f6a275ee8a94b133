// MoveTask: a redrive, from a dead-letter queue back to where its messages came from or to one
// queue for all.
//
// A task moves what was there when it started, each message once, and is done when nothing of that
// is left that could still be moved. Its pace follows from its own state alone, so a restart
// neither hastens nor delays it: this says when the next move is due, and nothing else moves it on.

#pragma once

#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/time.h"
#include "engine/limits.h"
#include "engine/queue_attributes.h"

namespace mailrail::engine {

enum class MoveTaskStatus : std::uint8_t { running = 0, completed = 1, cancelled = 2, failed = 3 };

enum class MoveTaskFailure : std::uint8_t {
  none = 0,
  no_source = 1,       // A message did not come as a dead letter, and no destination was given.
  no_destination = 2,  // The queue that a message should go to is not there.
};

struct MoveTask {
  Seq id;  // From the one row of all messages: those with a lower number were there at its start.
  Instant started;
  std::optional<QueueName> destination = {};  // Else each message goes back to its own source.
  std::uint32_t rate = 0;                     // The most messages a second; 0: no limit.
  std::uint64_t to_move = 0;                  // How many there were at its start.
  std::uint64_t moved = 0;
  Duration lag{0};  // How much later than its rate allows it has become by waiting.
  MoveTaskStatus status = MoveTaskStatus::running;
  MoveTaskFailure failure = MoveTaskFailure::none;

  bool is_running() const { return status == MoveTaskStatus::running; }

  // The next move happens no earlier. Moves are spread evenly over each second.
  Instant due() const {
    if (rate == 0) return started;
    constexpr std::uint64_t second_ms = 1000;
    const std::uint64_t after_ms = (moved * second_ms + rate - 1) / rate;
    return started + lag + Duration(static_cast<std::int64_t>(after_ms));
  }

  // The lag, if the next move happens now.
  Duration lag_at(Instant now) const {
    const Duration late = now - due();
    return rate == 0 || late <= late_moves_made_up_max ? lag : lag + late;
  }
};

}  // namespace mailrail::engine
