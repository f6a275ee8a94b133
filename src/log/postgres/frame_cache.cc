#include "log/postgres/frame_cache.h"

#include <cstdint>
#include <iterator>
#include <utility>

namespace mailrail::log::postgres {
namespace {

// With its place in the map and in the order.
std::size_t cost_of(const std::string& payload) { return payload.size() + 128; }

}  // namespace

std::optional<std::string> part_of(Position begin,
                                   std::string_view payload,
                                   Position position,
                                   std::size_t length) {
  if (position < begin) return std::nullopt;
  const std::uint64_t offset = position.value() - begin.value();
  if (offset >= payload.size() || length > payload.size() - offset) return std::nullopt;
  return std::string(payload.substr(offset, length));
}

void FrameCache::add(Position begin, std::string payload) {
  if (bytes_max_ == 0) return;
  const std::scoped_lock lock(mutex_);
  const auto [place, is_new] = frames_.try_emplace(begin, std::move(payload));
  if (!is_new) return;
  bytes_ += cost_of(place->second);
  order_.push_back(begin);
  while (bytes_ > bytes_max_ && frames_.size() > 1) {
    const auto oldest = frames_.find(order_.front());
    bytes_ -= cost_of(oldest->second);
    frames_.erase(oldest);
    order_.pop_front();
  }
}

void FrameCache::forget(Position begin, Position end) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(order_, [&](Position each) { return each >= begin && each < end; });
  const auto last = frames_.lower_bound(end);
  for (auto each = frames_.lower_bound(begin); each != last; each = frames_.erase(each))
    bytes_ -= cost_of(each->second);
}

std::optional<std::string> FrameCache::read(Position position, std::size_t length) const {
  const std::scoped_lock lock(mutex_);
  const auto after = frames_.upper_bound(position);
  if (after == frames_.begin()) return std::nullopt;
  const auto& [begin, payload] = *std::prev(after);
  return part_of(begin, payload, position, length);
}

}  // namespace mailrail::log::postgres
