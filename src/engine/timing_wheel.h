// TimingWheel: who is due when, to the millisecond, at constant cost.
//
// Eight levels of 64 slots; the level of a node is the highest digit in which its time differs from
// the time reached, so that a node moves down a level at most eight times. Nodes lie elsewhere:
// `Access` gives the links and the time of each. A node's time must not change while it is in the
// wheel.

#pragma once

#include <bit>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "engine/pool.h"

namespace mailrail::engine {

// Access: `Index& previous(Index)`, `Index& next(Index)`, `Instant due(Index)`.
template <class Access>
class TimingWheel {
 public:
  explicit TimingWheel(Access access) : access_(access) {}

  // A node whose time has come already is due at the next poll. Nodes of one time come out in the
  // order they went in.
  void insert(Index node) {
    List& list = list_of(node);
    access_.previous(node) = list.tail;
    access_.next(node) = no_index;
    (list.tail == no_index ? list.head : access_.next(list.tail)) = node;
    list.tail = node;
    size_ += 1;
  }

  void remove(Index node) {
    const Index previous = access_.previous(node);
    const Index next = access_.next(node);
    List& list = list_of(node);
    (next == no_index ? list.tail : access_.previous(next)) = previous;
    (previous == no_index ? list.head : access_.next(previous)) = next;
    if (list.head == no_index) clear_occupied(node);
    size_ -= 1;
  }

  // Takes out one node that is due by `now`; no_index if there is none.
  Index poll(Instant now) {
    const auto now_ms = static_cast<std::uint64_t>(unix_ms(now));
    while (due_.head == no_index) {
      const std::optional<Slot> slot = next_slot();
      if (!slot || slot->begins > now_ms) {
        if (now_ms > reached_) reached_ = now_ms;
        return no_index;
      }
      open(*slot);
    }
    const Index node = due_.head;
    remove(node);
    return node;
  }

  // Nothing is due before this instant; nothing at all if the wheel is empty.
  std::optional<Instant> next_due() const {
    if (due_.head != no_index) return from_unix_ms(static_cast<std::int64_t>(reached_));
    const std::optional<Slot> slot = next_slot();
    if (!slot) return std::nullopt;
    return from_unix_ms(static_cast<std::int64_t>(slot->begins));
  }

  std::size_t size() const { return size_; }

 private:
  static constexpr int bits = 6;
  static constexpr int levels = 8;  // 2^48 ms: more than what may be read from a disk.

  struct List {
    Index head = no_index;
    Index tail = no_index;
  };
  struct Slot {
    int level;
    int number;
    std::uint64_t begins;
  };

  static int digit(std::uint64_t time, int level) {
    return static_cast<int>((time >> (bits * level)) & 63);
  }

  std::uint64_t due_of(Index node) {
    return static_cast<std::uint64_t>(unix_ms(access_.due(node)));
  }

  int level_of(std::uint64_t time) const {
    const int highest_bit = 63 - std::countl_zero(reached_ ^ time);
    return highest_bit / bits;
  }

  List& list_of(Index node) {
    const std::uint64_t time = due_of(node);
    if (time <= reached_) return due_;
    const int level = level_of(time);
    occupied_[level] |= std::uint64_t{1} << digit(time, level);
    return lists_[level][digit(time, level)];
  }

  void clear_occupied(Index node) {
    const std::uint64_t time = due_of(node);
    if (time <= reached_) return;
    const int level = level_of(time);
    occupied_[level] &= ~(std::uint64_t{1} << digit(time, level));
  }

  // The lowest occupied level holds the next slot: all that a level holds comes before what the
  // next one holds.
  std::optional<Slot> next_slot() const {
    for (int level = 0; level < levels; ++level) {
      if (occupied_[level] == 0) continue;
      const int number = std::countr_zero(occupied_[level]);
      const std::uint64_t above = reached_ >> (bits * (level + 1)) << (bits * (level + 1));
      return Slot{.level = level,
                  .number = number,
                  .begins = above + (static_cast<std::uint64_t>(number) << (bits * level))};
    }
    return std::nullopt;
  }

  // Moves the time reached to the slot's begin and its nodes to where they now belong.
  void open(const Slot& slot) {
    Index node = lists_[slot.level][slot.number].head;
    lists_[slot.level][slot.number] = {};
    occupied_[slot.level] &= ~(std::uint64_t{1} << slot.number);
    reached_ = slot.begins;
    while (node != no_index) {
      const Index next = access_.next(node);
      size_ -= 1;
      insert(node);
      node = next;
    }
  }

  Access access_;
  std::uint64_t reached_ = 0;
  List due_;
  List lists_[levels][64];
  std::uint64_t occupied_[levels] = {};
  std::size_t size_ = 0;
};

}  // namespace mailrail::engine
