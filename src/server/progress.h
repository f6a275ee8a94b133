// Progress: how far a recovery has come, as a percentage of what there is to read.
//
// Positions only grow, but not evenly: it tells how far, not how long.

#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/ids.h"

namespace mailrail::server {

class Progress {
 public:
  explicit Progress(Position end) : end_(end) {}

  // What is read now. The percentage, if it is another than at the last call; 100 is never reached.
  std::optional<std::uint32_t> reached(Position position) {
    if (!begin_) begin_ = position;
    const double whole = static_cast<double>(end_.value() - begin_->value());
    const double done = static_cast<double>(position.value() - begin_->value());
    const auto percent =
        whole <= 0 ? 0U : static_cast<std::uint32_t>(std::clamp(done / whole * 100, 0.0, 99.0));
    if (percent == told_) return std::nullopt;
    told_ = percent;
    return percent;
  }

 private:
  const Position end_;
  std::optional<Position> begin_;
  std::optional<std::uint32_t> told_;
};

}  // namespace mailrail::server
