// EngineClock: the machine's time as the engine may see it: it never goes back, whatever happens to
// the wall clock.
//
// Runs on CLOCK_BOOTTIME, which also counts while the machine sleeps, from the later of the wall
// clock and the log's last frame, and is slewed towards the wall clock by at most a twentieth of
// the time that passes. A conversation is therefore never unlocked early by a clock that jumps.

#pragma once

#include <atomic>
#include <cstdint>

#include "base/time.h"

namespace mailrail::server {

// Readings of the machine's clocks, in nanoseconds. Seam: tests turn them by hand.
struct ClockReading {
  std::int64_t boot_ns;
  std::int64_t wall_ns;
};
using ReadClocks = ClockReading (*)();
ClockReading read_machine_clocks();

// The wall clock's time: for what others date, and never for the engine.
Instant wall_time();

class EngineClock final : public Clock {
 public:
  explicit EngineClock(Instant not_before, ReadClocks read = &read_machine_clocks);

  // One thread.
  Instant now() override;

  // How far the wall clock is ahead (negative: behind) of what it is followed to.
  Duration wall_ahead() const;

  // Any thread: from now on it is later by that much, which is not negative.
  void advance(Duration time) { advanced_ns_ += std::chrono::nanoseconds(time).count(); }

 private:
  ReadClocks read_;
  ClockReading last_;
  std::int64_t now_ns_;
  std::atomic<std::int64_t> advanced_ns_ = 0;  // Asked for; what now() has done of it:
  std::int64_t jumped_ns_ = 0;
  bool is_off_ = false;  // The wall clock was a second or more away, and that was logged.
};

}  // namespace mailrail::server
