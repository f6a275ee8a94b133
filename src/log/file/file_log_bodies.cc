// How the log in files reads bodies, and keeps what is being read.

#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "log/file/file_log.h"

namespace mailrail::log {

const Segment* FileLog::find_segment(Position position) const {
  const auto found = segments_.find(format::segment_of(position));
  return found == segments_.end() ? nullptr : found->second.get();
}

// Null if the log has no such position.
const Segment* FileLog::hold_segment(Position position) const {
  const std::scoped_lock lock(segments_mutex_);
  const Segment* segment = find_segment(position);
  if (segment != nullptr) segment->hold();
  return segment;
}

Hold FileLog::hold(Position position) const {
  return hold_segment(position) == nullptr ? Hold() : Hold(*this, position);
}

void FileLog::let_go(Position position) const {
  const std::scoped_lock lock(segments_mutex_);
  const Segment* segment = find_segment(position);
  CHECK(segment != nullptr);
  segment->let_go();
}

Result<std::string> FileLog::read(Position position, std::size_t length) const {
  const Stretch one{.position = position, .length = length};
  return std::move(read_all(std::span(&one, 1)).front());
}

std::vector<Result<std::string>> FileLog::read_all(std::span<const Stretch> stretches) const {
  auto all = read_by(BodyReader(BodyReader::Waits::yes), stretches);
  CHECK(all.has_value());
  return *std::move(all);
}

std::optional<std::vector<Result<std::string>>> FileLog::read_cached(
    std::span<const Stretch> stretches) const {
  return read_by(BodyReader(BodyReader::Waits::no), stretches);
}

std::optional<std::vector<Result<std::string>>> FileLog::read_by(
    BodyReader reader, std::span<const Stretch> stretches) const {
  std::vector<Result<std::string>> all;
  Hold held;  // Of the segment that is being read.
  const Segment* segment = nullptr;
  for (const Stretch& each : stretches) {
    if (segment == nullptr || segment->number() != format::segment_of(each.position)) {
      segment = hold_segment(each.position);
      held = segment == nullptr ? Hold() : Hold(*this, each.position);
    }
    if (segment == nullptr) {
      all.push_back(fail(errors::corrupt, fmt::format("The log in {} has no position {}.",
                                                      disk_.directory(), each.position.value())));
      continue;
    }
    std::optional<Result<std::string>> bytes = reader.read(*segment, each.position, each.length);
    if (!bytes) return std::nullopt;
    all.push_back(*std::move(bytes));
  }
  return all;
}

std::string FileLog::place(Position position) const {
  const std::string name =
      format::segment_name(format::SegmentKind::log, format::segment_of(position));
  return fmt::format("offset {} of {}", format::offset_of(position), disk_.path(name));
}

Error FileLog::error_about(const FoundDamage& damage) const {
  return damage_error(disk_.directory(), damage);
}

}  // namespace mailrail::log
