// How a log in a database reads bodies: from the spool, or all that an answer needs at once.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "log/postgres/postgres_log.h"

namespace mailrail::log {

using postgres::StoredFrame;

Result<std::string> PostgresLog::read(Position position, std::size_t length) const {
  const Stretch one{.position = position, .length = length};
  return std::move(read_all(std::span(&one, 1)).front());
}

std::vector<Result<std::string>> PostgresLog::read_all(std::span<const Stretch> stretches) const {
  std::vector<Result<std::string>> all(stretches.size());
  std::vector<Stretch> cold;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    const Stretch& each = stretches[i];
    std::optional<std::string> spooled;
    if (spool_ != nullptr) spooled = spool_->read(each.position, each.length);
    if (spooled) {
      all[i] = *std::move(spooled);
    } else {
      cold.push_back(each);
      places.push_back(i);
    }
  }
  if (cold.empty()) return all;
  std::vector<Result<std::string>> fetched = fetch(cold);
  for (std::size_t i = 0; i < places.size(); ++i) all[places[i]] = std::move(fetched[i]);
  return all;
}

std::vector<Result<std::string>> PostgresLog::fetch(std::span<const Stretch> stretches) const {
  std::vector<Position> positions;
  for (const Stretch& each : stretches) positions.push_back(each.position);
  Result<std::vector<StoredFrame>> frames = fetch_frames(positions);
  std::vector<Result<std::string>> all;
  for (const Stretch& each : stretches) {
    if (!frames) {
      all.push_back(std::unexpected(frames.error()));
      continue;
    }
    const auto after = std::ranges::upper_bound(*frames, each.position, {}, &StoredFrame::position);
    const StoredFrame* frame = after == frames->begin() ? nullptr : &*std::prev(after);
    all.push_back(part_of(frame, each));
  }
  return all;
}

Result<std::vector<StoredFrame>> PostgresLog::fetch_frames(
    std::span<const Position> positions) const {
  const std::scoped_lock lock(reading_mutex_);
  for (int asked = 1;; ++asked) {
    if (!is_reading_connected_) TRY(reading_->connect());
    is_reading_connected_ = true;
    auto frames = reading_->frames_with(positions);
    if (frames || !is_unreachable(frames.error())) return frames;
    is_reading_connected_ = false;
    if (asked == asked_max) return frames;
  }
}

Result<std::string> PostgresLog::part_of(const StoredFrame* frame, const Stretch& stretch) const {
  if (frame != nullptr) {
    const std::uint64_t offset = stretch.position.value() - frame->position.value();
    const std::size_t size = frame->payload.size();
    if (offset < size && stretch.length <= size - offset) {
      if (postgres::checksum_of(*frame) == frame->checksum)
        return frame->payload.substr(offset, stretch.length);
      return std::unexpected(error_about({.where = fmt::format("at {}", place(frame->position)),
                                          .what = "the checksum of the frame there is wrong"}));
    }
  }
  return fail(errors::corrupt,
              fmt::format("The log {} has no {} bytes at position {}.", databases_.name(),
                          stretch.length, stretch.position.value()));
}

}  // namespace mailrail::log
