// ByteBudget: how many bytes may be held at once by those who ask for them first.
//
// Whoever reads bodies takes what he is about to read and the HTTP threads give it back once it is
// answered, so that clients that ask for more than they take cannot fill the memory. Any thread.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace mailrail::server {

class ByteBudget {
 public:
  explicit ByteBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Waits until they fit, or until nobody holds any: one may hold more than the maximum.
  void take(std::size_t bytes) {
    std::unique_lock lock(mutex_);
    waiting_ += 1;
    has_room_.wait(lock, [&] { return fits(bytes); });
    waiting_ -= 1;
    bytes_ += bytes;
  }

  // False if it would have to wait, or others do.
  bool try_take(std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    if (waiting_ > 0 || !fits(bytes)) return false;
    bytes_ += bytes;
    return true;
  }

  void give_back(std::size_t bytes) {
    {
      const std::scoped_lock lock(mutex_);
      bytes_ -= bytes;
    }
    has_room_.notify_all();
  }

 private:
  bool fits(std::size_t bytes) const { return bytes_ == 0 || bytes_ + bytes <= bytes_max_; }

  const std::size_t bytes_max_;
  std::mutex mutex_;
  std::condition_variable has_room_;
  std::size_t bytes_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace mailrail::server
