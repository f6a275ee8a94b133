// Occupancy: how many connections all HTTP threads have together, and how many of them still have
// something to do.
//
// Touched when a connection comes and goes, not once a request, so a mutex is cheap enough.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "base/time.h"

namespace mailrail::http {

// A connection is admitted as a guest, or as one too many that is only told so. Beyond that it
// isn't even told.
enum class Admission { guest, refused, dropped };

class Occupancy {
 public:
  explicit Occupancy(std::size_t connections_max) : connections_max_(connections_max) {}

  Admission enter() {
    const std::scoped_lock lock(mutex_);
    if (open_ >= connections_max_ + told_max) return Admission::dropped;
    ++open_;
    ++active_;
    return open_ <= connections_max_ ? Admission::guest : Admission::refused;
  }

  // Has got its last reply, and only waits for the client to close.
  void become_passive() {
    const std::scoped_lock lock(mutex_);
    if (--active_ == 0) none_active_.notify_all();
  }

  void leave() {
    const std::scoped_lock lock(mutex_);
    --open_;
  }

  // False if `patience` ended before.
  bool wait_until_none_active(Duration patience) {
    std::unique_lock lock(mutex_);
    return none_active_.wait_for(lock, patience, [this] { return active_ == 0; });
  }

  static constexpr std::size_t told_max = 256;

 private:
  const std::size_t connections_max_;
  std::mutex mutex_;
  std::condition_variable none_active_;
  std::size_t open_ = 0;
  std::size_t active_ = 0;  // Of the open ones.
};

}  // namespace mailrail::http
