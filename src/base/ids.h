// Ids are types: a QueueId is not a Seq, and neither is a plain number.
// What one means, and that it is never used twice, stands with its alias below.

#pragma once

#include <compare>
#include <cstdint>

namespace mailrail {

template <class Tag, class Number>
class Id {
 public:
  constexpr Id() = default;
  explicit constexpr Id(Number value) : value_(value) {}

  constexpr Number value() const { return value_; }
  friend constexpr auto operator<=>(Id, Id) = default;

 private:
  Number value_ = 0;
};

// One incarnation of a queue: deleted and created again under the same name, it has another id.
// Never reused; 0 is no queue.
using QueueId = Id<struct QueueIdTag, std::uint32_t>;

// One incarnation of a topic, and one subscription to it: like a queue's. Never reused; 0 is none.
using TopicId = Id<struct TopicIdTag, std::uint32_t>;
using SubscriptionId = Id<struct SubscriptionIdTag, std::uint32_t>;

// A message's place in the order of everything ever sent to this server. Never reused; 0 is no
// message.
using Seq = Id<struct SeqTag, std::uint64_t>;

// A place in the log: opaque and ordered, plus an offset within one frame's payload.
using Position = Id<struct PositionTag, std::uint64_t>;

constexpr Position operator+(Position position, std::uint64_t bytes) {
  return Position(position.value() + bytes);
}
constexpr Seq operator+(Seq seq, std::uint64_t count) { return Seq(seq.value() + count); }

}  // namespace mailrail
