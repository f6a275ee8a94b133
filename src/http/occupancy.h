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

// A connection is admitted as a guest, or as one too many, of all or of its address, that is only
// told so. Where enough are being told, it isn't.
enum class Admission { guest, refused, refused_address, dropped };

class Occupancy {
 public:
  // Whether an address has room for one more.
  enum class Address { has_room, is_full };

  explicit Occupancy(std::size_t connections_max) : connections_max_(connections_max) {}

  Admission enter(Address address) {
    const std::scoped_lock lock(mutex_);
    const bool is_guest = address == Address::has_room && guests_ < connections_max_;
    if (!is_guest && told_ >= told_max) return Admission::dropped;
    ++(is_guest ? guests_ : told_);
    ++active_;
    if (is_guest) return Admission::guest;
    return address == Address::is_full ? Admission::refused_address : Admission::refused;
  }

  // Has got its last reply, and only waits for the client to close.
  void become_passive() {
    const std::scoped_lock lock(mutex_);
    if (--active_ == 0) none_active_.notify_all();
  }

  void leave(Admission admission) {
    const std::scoped_lock lock(mutex_);
    --(admission == Admission::guest ? guests_ : told_);
  }

  // Guests.
  std::size_t open() {
    const std::scoped_lock lock(mutex_);
    return guests_;
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
  std::size_t guests_ = 0;
  std::size_t told_ = 0;
  std::size_t active_ = 0;  // Of both.
};

}  // namespace mailrail::http
