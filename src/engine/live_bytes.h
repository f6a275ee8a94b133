// LiveBytes: how many bytes of bodies that are still needed lie in each stretch of the log.
//
// Derived from the entries, so it is never stored. A stretch is 64 MiB of positions, which in the
// file log is one segment: it tells up to where the log can be trimmed, and where it is worth
// moving what is left.

#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/ids.h"

namespace mailrail::engine {

class LiveBytes {
 public:
  void add(Position position, std::uint32_t bytes);
  // It must have been added.
  void remove(Position position, std::uint32_t bytes);

  std::uint64_t total() const { return total_; }
  // Of the stretches that begin before `position`.
  std::uint64_t before(Position position) const;
  // No body lies before this; nothing if there is none at all.
  std::optional<Position> oldest() const;
  // The begin of the stretch behind the one that `position` is in.
  static Position stretch_after(Position position);

 private:
  static std::uint64_t stretch_of(Position position) { return position.value() >> stretch_shift; }
  static constexpr int stretch_shift = 26;

  std::uint64_t first_ = 0;          // The number of the first stretch kept, which is not empty.
  std::deque<std::uint64_t> bytes_;  // By stretch.
  std::uint64_t total_ = 0;
};

}  // namespace mailrail::engine
