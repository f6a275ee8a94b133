// Processing: how long messages are worked on: from a receive to the delete by its handle.
//
// ProcessingTimes is what a queue's took, in a few numbers. Receives remembers when some of the
// messages that are out were received, one in each of a few thousand slots, so that what it knows
// is a fair sample however many there are.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "engine/identity.h"

namespace mailrail::broker {

class ProcessingTimes {
 public:
  // Ours: below that a hundredth is nobody.
  static constexpr std::uint32_t judged_from = 100;

  void add(Duration took);
  // The longest of the bounds, which are timeouts that people set, that more than one in a hundred
  // exceeded. Nothing: none, or too few are known.
  std::optional<Duration> exceeded() const;

 private:
  static constexpr std::array<std::int32_t, 20> bounds{1,   2,    5,    10,   15,     20,    30,
                                                       45,  60,   90,   120,  180,    300,   600,
                                                       900, 1800, 3600, 7200, 14'400, 43'200};

  std::array<std::uint32_t, bounds.size() + 1> counts_{};  // The first: no bound was exceeded.
  std::uint32_t count_ = 0;
};

class Receives {
 public:
  static constexpr std::size_t kept_max = 4096;

  void began(const engine::ReceiptHandle& handle, Instant at);
  // Since when its holder had it, if that is remembered. It is forgotten.
  std::optional<Instant> take(const engine::ReceiptHandle& handle);

 private:
  // Who has one that long is forgotten when another one comes.
  static constexpr Duration held_max = 1h;

  struct Slot {
    engine::ReceiptHandle handle = {};
    Instant at = {};  // Zero: it is free.
  };
  Slot& slot_of(const engine::ReceiptHandle& handle);

  std::vector<Slot> slots_ = std::vector<Slot>(kept_max);
};

}  // namespace mailrail::broker
