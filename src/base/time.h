// Time as the engine knows it: milliseconds since the Unix epoch, which never go back.
//
// Instants come from a Clock at the edge (server, simulator) and are handed down; nothing below
// asks for the time.

#pragma once

#include <chrono>
#include <cstdint>

namespace mailrail {

using namespace std::chrono_literals;

using Duration = std::chrono::milliseconds;

// The clock type of Instant. It has no now(): only a Clock tells the time.
struct EngineTime {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<EngineTime, Duration>;
  static constexpr bool is_steady = true;
};

using Instant = EngineTime::time_point;

constexpr Instant from_unix_ms(std::int64_t ms) { return Instant(Duration(ms)); }
constexpr std::int64_t unix_ms(Instant instant) { return instant.time_since_epoch().count(); }
constexpr std::int64_t unix_seconds(Instant instant) { return unix_ms(instant) / 1000; }

// Seam: the server's clock is the machine's, the simulator's is turned by hand. Never goes back.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() = 0;
};

}  // namespace mailrail
