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

// A connection is admitted, or is one too many, of all or of its address, and only told so. Where
// enough are being told, it isn't.
enum class Admission { admitted, refused, refused_address, dropped };

class Occupancy {
 public:
  // Whether an address has room for one more.
  enum class Address { has_room, is_full };

  explicit Occupancy(std::size_t connections_max) : connections_max_(connections_max) {}

  Admission enter(Address address) {
    const std::scoped_lock lock(mutex_);
    const bool is_admitted = address == Address::has_room && admitted_ < connections_max_;
    if (!is_admitted && told_ >= told_max) return Admission::dropped;
    ++(is_admitted ? admitted_ : told_);
    ++active_;
    if (is_admitted) return Admission::admitted;
    return address == Address::is_full ? Admission::refused_address : Admission::refused;
  }

  // Has got its last reply, and only waits for the client to close.
  void become_passive() {
    const std::scoped_lock lock(mutex_);
    if (--active_ == 0) none_active_.notify_all();
  }

  void leave(Admission admission) {
    const std::scoped_lock lock(mutex_);
    --(admission == Admission::admitted ? admitted_ : told_);
  }

  // Of those that were admitted.
  std::size_t open() {
    const std::scoped_lock lock(mutex_);
    return admitted_;
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
  std::size_t admitted_ = 0;
  std::size_t told_ = 0;
  std::size_t active_ = 0;  // Of both.
};

}  // namespace mailrail::http
