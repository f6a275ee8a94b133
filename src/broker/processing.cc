#include "broker/processing.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace mailrail::broker {

void ProcessingTimes::add(Duration took) {
  const auto bound = std::ranges::lower_bound(
      bounds, took, std::less<>(), [](std::int32_t each) { return std::chrono::seconds(each); });
  counts_[static_cast<std::size_t>(bound - bounds.begin())] += 1;
  count_ += 1;
}

std::optional<Duration> ProcessingTimes::exceeded() const {
  if (count_ < judged_from) return std::nullopt;
  std::uint64_t longer = 0;
  for (std::size_t i = bounds.size(); i > 0; --i) {
    longer += counts_[i];
    if (longer * 100 > count_) return std::chrono::seconds(bounds[i - 1]);
  }
  return std::nullopt;
}

void Receives::began(const engine::ReceiptHandle& handle, Instant at) {
  Slot& slot = slot_of(handle);
  if (slot.at == Instant{} || at - slot.at > held_max) slot = {.handle = handle, .at = at};
}

std::optional<Instant> Receives::take(const engine::ReceiptHandle& handle) {
  Slot& slot = slot_of(handle);
  if (slot.at == Instant{} || slot.handle != handle) return std::nullopt;
  return std::exchange(slot.at, Instant{});
}

// What is not the same receive is seldom in the same slot.
Receives::Slot& Receives::slot_of(const engine::ReceiptHandle& handle) {
  std::uint64_t mixed = handle.seq.value();
  for (const std::uint64_t each :
       {std::uint64_t{handle.queue.value()}, std::uint64_t{handle.generation}}) {
    mixed = (mixed ^ each) * 0x9e3779b97f4a7c15;
    mixed ^= mixed >> 32;
  }
  return slots_[mixed % kept_max];
}

}  // namespace mailrail::broker
