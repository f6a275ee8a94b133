#include "server/engine_clock.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include <spdlog/spdlog.h>

namespace mailrail::server {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t slew_share = 20;
constexpr Duration jump_min = 1s;

std::int64_t nanoseconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

ClockReading read_machine_clocks() {
  return {.boot_ns = nanoseconds(CLOCK_BOOTTIME), .wall_ns = nanoseconds(CLOCK_REALTIME)};
}

Instant wall_time() { return from_unix_ms(nanoseconds(CLOCK_REALTIME) / ns_per_ms); }

EngineClock::EngineClock(Instant not_before, ReadClocks read)
    : read_(read),
      last_(read()),
      now_ns_(std::max(last_.wall_ns, unix_ms(not_before) * ns_per_ms)) {}

Instant EngineClock::now() {
  const ClockReading reading = read_();
  const std::int64_t advanced = advanced_ns_.load();
  now_ns_ += advanced - jumped_ns_;
  jumped_ns_ = advanced;
  const std::int64_t passed = std::max<std::int64_t>(reading.boot_ns - last_.boot_ns, 0);
  const std::int64_t slew_max = passed / slew_share;
  const std::int64_t behind_wall = reading.wall_ns + jumped_ns_ - (now_ns_ + passed);
  now_ns_ += passed + std::clamp(behind_wall, -slew_max, slew_max);
  last_ = reading;
  const bool is_off = wall_ahead() >= jump_min || wall_ahead() <= -jump_min;
  if (is_off && !is_off_) {
    spdlog::warn(
        "the machine's clock is {} ms {} the log's: it is followed slowly, and no lease ends early",
        std::abs(wall_ahead().count()), wall_ahead() > Duration(0) ? "ahead of" : "behind");
  }
  is_off_ = is_off;
  return from_unix_ms(now_ns_ / ns_per_ms);
}

Duration EngineClock::wall_ahead() const {
  return Duration((last_.wall_ns + jumped_ns_ - now_ns_) / ns_per_ms);
}

}  // namespace mailrail::server
