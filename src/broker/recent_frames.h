// RecentFrames: the youngest sealed frames, so that a message received soon after it was sent is
// not read back.
// Bounded by bytes; the oldest go first, and what is gone is read from the log.

#pragma once

#include <cstddef>
#include <deque>

#include "engine/entry.h"
#include "log/frame.h"

namespace mailrail::broker {

class RecentFrames {
 public:
  explicit RecentFrames(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Frames come in the order of their positions.
  void add(log::SharedFrame frame);

  // The frame that holds the body, or null.
  log::SharedFrame find(const engine::Body& body) const;

 private:
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::deque<log::SharedFrame> frames_;
};

}  // namespace mailrail::broker
