// MoveTask: a redrive, from a dead-letter queue back to where its messages came from or to one
// queue for all.
//
// A task moves what was there when it started, each message once, and is done when nothing of that
// is left that could still be moved. Its pace follows from its own state alone, so a restart
// neither hastens nor delays it: this says when the next move is due, and nothing else moves it on.

#pragma once

#include <algorithm>
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

enum class MovePace : std::uint8_t {
  steady = 0,
  ramp = 1,  // Slowly first, for whoever takes them; see move_ramp_step.
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
  MovePace pace = MovePace::steady;

  bool is_running() const { return status == MoveTaskStatus::running; }

  // The next move happens no earlier. Moves are spread evenly over each second.
  Instant due() const {
    if (rate == 0) return started;
    constexpr std::uint64_t second_ms = 1000;
    Duration after{0};
    std::uint64_t left = moved;
    std::uint64_t pace_now = pace == MovePace::ramp ? 1 : rate;
    for (; pace_now < rate && left >= moves_in_ramp_step(pace_now); pace_now *= 2) {
      left -= moves_in_ramp_step(pace_now);
      after += move_ramp_step;
    }
    pace_now = std::min<std::uint64_t>(pace_now, rate);
    const std::uint64_t left_ms = (left * second_ms + pace_now - 1) / pace_now;
    return started + lag + after + Duration(static_cast<std::int64_t>(left_ms));
  }

  // The lag, if the next move happens now.
  Duration lag_at(Instant now) const {
    const Duration late = now - due();
    return rate == 0 || late <= late_moves_made_up_max ? lag : lag + late;
  }

 private:
  static std::uint64_t moves_in_ramp_step(std::uint64_t a_second) {
    return a_second * static_cast<std::uint64_t>(move_ramp_step / Duration(1s));
  }
};

}  // namespace mailrail::engine
