#include "engine/live_bytes.h"

#include "base/check.h"

namespace mailrail::engine {

void LiveBytes::add(Position position, std::uint32_t bytes) {
  if (bytes == 0) return;
  const std::uint64_t stretch = stretch_of(position);
  if (bytes_.empty()) first_ = stretch;
  // Only a restart adds what is older than all that is there.
  for (; stretch < first_; --first_) bytes_.push_front(0);
  if (stretch - first_ >= bytes_.size()) bytes_.resize(stretch - first_ + 1);
  bytes_[stretch - first_] += bytes;
  total_ += bytes;
}

void LiveBytes::remove(Position position, std::uint32_t bytes) {
  if (bytes == 0) return;
  const std::uint64_t stretch = stretch_of(position);
  CHECK(stretch >= first_ && stretch - first_ < bytes_.size());
  CHECK(bytes_[stretch - first_] >= bytes);
  bytes_[stretch - first_] -= bytes;
  total_ -= bytes;
  for (; !bytes_.empty() && bytes_.front() == 0; ++first_) bytes_.pop_front();
}

std::uint64_t LiveBytes::before(Position position) const {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < bytes_.size() && first_ + i < stretch_of(position); ++i)
    sum += bytes_[i];
  return sum;
}

std::optional<Position> LiveBytes::oldest() const {
  if (bytes_.empty()) return std::nullopt;
  return Position(first_ << stretch_shift);
}

Position LiveBytes::stretch_after(Position position) {
  return Position((stretch_of(position) + 1) << stretch_shift);
}

}  // namespace mailrail::engine
