#include "server/ownership.h"

#include <ctime>

namespace mailrail::server {

Duration boot_time() {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds(time.tv_sec) +
         std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(time.tv_nsec));
}

void Ownership::begins() {
  begun_ = now_().count();
  is_under_way_ = true;
}

void Ownership::succeeded() {
  confirmed_ = begun_.load();
  is_under_way_ = false;
}

void Ownership::ended() {
  confirmed_ = never;
  begun_ = never;
  is_under_way_ = false;
}

bool Ownership::is_valid() const {
  if (!is_leased_) return true;
  const std::int64_t confirmed = confirmed_;
  return confirmed != never && now_() - Duration(confirmed) < times_.certain_for;
}

bool Ownership::takes_calls() const {
  if (!is_leased_) return true;
  const std::int64_t confirmed = confirmed_;
  if (confirmed == never) return false;
  const Duration now = now_();
  const bool is_slow = is_under_way_ && now - Duration(begun_.load()) >= times_.calls_for;
  return !is_slow && now - Duration(confirmed) < times_.calls_for;
}

Duration Ownership::next_renewal() const {
  const std::int64_t begun = begun_;
  return begun == never ? now_() : Duration(begun) + times_.renewed_after;
}

}  // namespace mailrail::server
