#include "broker/recent_frames.h"

#include <algorithm>
#include <utility>

namespace mailrail::broker {

void RecentFrames::add(log::SharedFrame frame) {
  bytes_ += frame->payload.size();
  frames_.push_back(std::move(frame));
  while (bytes_ > bytes_max_ && frames_.size() > 1) {
    bytes_ -= frames_.front()->payload.size();
    frames_.pop_front();
  }
}

log::SharedFrame RecentFrames::find(const engine::Body& body) const {
  const auto after = std::upper_bound(
      frames_.begin(), frames_.end(), body.position,
      [](Position position, const log::SharedFrame& frame) { return position < frame->position; });
  if (after == frames_.begin()) return nullptr;
  const log::SharedFrame& frame = *std::prev(after);
  const bool is_within = body.position + body.length <= frame->position + frame->payload.size();
  return is_within ? frame : nullptr;
}

}  // namespace mailrail::broker
