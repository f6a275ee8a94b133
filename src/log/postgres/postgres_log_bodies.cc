// How a log in a database reads bodies: from a frame that was read lately, from the spool, or all
// that an answer needs at once.

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
  std::vector<std::size_t> cold;
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    if (auto here = read_here(stretches[i])) {
      all[i] = *std::move(here);
    } else {
      cold.push_back(i);
    }
  }
  if (!cold.empty()) fetch(stretches, cold, all);
  return all;
}

std::optional<std::vector<Result<std::string>>> PostgresLog::read_cached(
    std::span<const Stretch> stretches) const {
  std::vector<Result<std::string>> all;
  for (const Stretch& each : stretches) {
    std::optional<std::string> cached = cache_.read(each.position, each.length);
    if (!cached) return std::nullopt;
    all.push_back(*std::move(cached));
  }
  return all;
}

std::optional<std::string> PostgresLog::read_here(const Stretch& stretch) const {
  if (auto cached = cache_.read(stretch.position, stretch.length)) return cached;
  if (spool_ == nullptr) return std::nullopt;
  std::optional<postgres::Spool::Kept> kept = spool_->frame_with(stretch.position);
  if (!kept) return std::nullopt;
  auto part = postgres::part_of(kept->position, kept->payload, stretch.position, stretch.length);
  if (part) cache_.add(kept->position, std::move(kept->payload));
  return part;
}

void PostgresLog::fetch(std::span<const Stretch> stretches,
                        std::span<const std::size_t> wanted,
                        std::span<Result<std::string>> read) const {
  const std::scoped_lock lock(reading_mutex_);
  std::vector<std::size_t> missing;
  std::vector<Position> positions;
  for (const std::size_t i : wanted) {
    // Others may have fetched it while this one waited.
    if (auto cached = cache_.read(stretches[i].position, stretches[i].length)) {
      read[i] = *std::move(cached);
      continue;
    }
    missing.push_back(i);
    positions.push_back(stretches[i].position);
  }
  if (missing.empty()) return;
  Result<std::vector<StoredFrame>> frames = fetch_frames(positions);
  for (const std::size_t i : missing)
    read[i] = std::unexpected(frames ? nothing_at(stretches[i]) : frames.error());
  if (!frames) return;
  for (StoredFrame& each : *frames) {
    const bool is_whole = postgres::checksum_of(each) == each.checksum;
    for (const std::size_t i : missing) {
      auto part = postgres::part_of(each.position, each.payload, stretches[i].position,
                                    stretches[i].length);
      if (!part) continue;
      if (is_whole) {
        read[i] = *std::move(part);
      } else {
        read[i] =
            std::unexpected(error_about({.where = fmt::format("at {}", place(each.position)),
                                         .what = "the checksum of the frame there is wrong"}));
      }
    }
    if (is_whole) cache_.add(each.position, std::move(each.payload));
  }
}

Result<std::vector<StoredFrame>> PostgresLog::fetch_frames(
    std::span<const Position> positions) const {
  for (int asked = 1;; ++asked) {
    if (!is_reading_connected_) TRY(reading_->connect());
    is_reading_connected_ = true;
    auto frames = reading_->frames_with(positions);
    if (frames || !is_unreachable(frames.error())) return frames;
    is_reading_connected_ = false;
    if (asked == asked_max) return frames;
  }
}

Error PostgresLog::nothing_at(const Stretch& stretch) const {
  return {.kind = &errors::corrupt,
          .message = fmt::format("The log {} has no {} bytes at position {}.", databases_.name(),
                                 stretch.length, stretch.position.value())};
}

}  // namespace mailrail::log
