// FrameCache: frames of which bodies were read lately, whole and verified, in memory.
//
// Whoever works off a backlog reads a frame's bodies one after the other: the frame is fetched, or
// read from the spool, once for all of them.

#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace mailrail::log::postgres {

// `length` bytes at `position` of the payload that begins at `begin`; nothing if they are not all
// within it.
std::optional<std::string> part_of(Position begin,
                                   std::string_view payload,
                                   Position position,
                                   std::size_t length);

// Any thread.
class FrameCache {
 public:
  // The last one is kept however long it is, or none if the bound is 0.
  explicit FrameCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Those that were added first go first.
  void add(Position begin, std::string payload);

  // What begins in between: it is needed no more.
  void forget(Position begin, Position end);

  std::optional<std::string> read(Position position, std::size_t length) const;

 private:
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;  // Of all below.
  std::map<Position, std::string> frames_;
  std::deque<Position> order_;
  std::size_t bytes_ = 0;
};

}  // namespace mailrail::log::postgres
