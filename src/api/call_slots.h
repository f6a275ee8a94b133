// CallSlots: how many calls, and how many bytes of them, may be under way at once.
//
// A call that has a slot has a place in every queue behind it, so that the engine thread and the
// log thread never wait for room. A long poll gives its slot back while it waits. Any thread.

#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace mailrail::api {

class CallSlots;

// One call's place; given back when it is destroyed.
class CallSlot {
 public:
  CallSlot(CallSlots& slots, std::size_t bytes) : slots_(&slots), bytes_(bytes) {}
  CallSlot(CallSlot&& other) noexcept
      : slots_(std::exchange(other.slots_, nullptr)), bytes_(other.bytes_) {}
  CallSlot& operator=(CallSlot&&) = delete;
  ~CallSlot() { give_back(); }

  void give_back();

 private:
  CallSlots* slots_;
  std::size_t bytes_;
};

class CallSlots {
 public:
  CallSlots(std::size_t calls_max, std::size_t bytes_max)
      : calls_max_(calls_max), bytes_max_(bytes_max) {}

  // Nothing if there is no room.
  std::optional<CallSlot> take(std::size_t bytes) {
    const bool has_place = calls_.fetch_add(1, std::memory_order_relaxed) < calls_max_;
    const bool has_bytes = bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= bytes_max_;
    CallSlot slot(*this, bytes);
    if (!has_place || !has_bytes) return std::nullopt;
    return slot;
  }

  std::size_t calls_max() const { return calls_max_; }
  std::size_t bytes_max() const { return bytes_max_; }

 private:
  friend class CallSlot;

  const std::size_t calls_max_;
  const std::size_t bytes_max_;
  std::atomic<std::size_t> calls_ = 0;
  std::atomic<std::size_t> bytes_ = 0;
};

inline void CallSlot::give_back() {
  if (slots_ == nullptr) return;
  slots_->calls_.fetch_sub(1, std::memory_order_relaxed);
  slots_->bytes_.fetch_sub(bytes_, std::memory_order_relaxed);
  slots_ = nullptr;
}

}  // namespace mailrail::api
