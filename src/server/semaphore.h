// Semaphore: what a thread sleeps on until others post.
//
// POSIX's, because one that sleeps on a condition variable pays for a second system call: glibc
// gives it the mutex back as if others waited for it. And std::counting_semaphore spins before it
// sleeps.

#pragma once

#include <cerrno>
#include <chrono>
#include <ctime>
#include <optional>

#include <semaphore.h>

#include "base/check.h"

namespace mailrail::server {

class Semaphore {
 public:
  using Clock = std::chrono::steady_clock;

  Semaphore() { CHECK(sem_init(&semaphore_, 0, 0) == 0); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;
  ~Semaphore() { sem_destroy(&semaphore_); }

  // Ends one wait: of now, or the next one.
  void post() { CHECK(sem_post(&semaphore_) == 0); }

  // False if nobody has posted by then.
  bool wait(std::optional<Clock::time_point> until) {
    if (until) return wait_until(*until);
    while (sem_wait(&semaphore_) != 0) CHECK(errno == EINTR);
    return true;
  }

 private:
  bool wait_until(Clock::time_point until) {
    const auto since_epoch = until.time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_epoch);
    const timespec time = {.tv_sec = seconds.count(),
                           .tv_nsec = std::chrono::nanoseconds(since_epoch - seconds).count()};
    while (sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &time) != 0) {
      if (errno == ETIMEDOUT) return false;
      CHECK(errno == EINTR);
    }
    return true;
  }

  sem_t semaphore_;
};

}  // namespace mailrail::server
