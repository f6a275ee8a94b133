#include "log/memory/memory_log.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"

namespace mailrail::log {
namespace {

constexpr int slot_shift = 24;

Position position_of(std::uint64_t slot) { return Position(slot << slot_shift); }
std::uint64_t slot_of(Position position) { return position.value() >> slot_shift; }
std::uint64_t offset_of(Position position) {
  return position.value() & ((std::uint64_t{1} << slot_shift) - 1);
}

}  // namespace

MemoryLog::MemoryLog(Storage& storage, Opening opening) : storage_(storage) {
  if (opening == Opening::takes_over) take_over();
}

void MemoryLog::take_over() {
  const std::scoped_lock lock(storage_.mutex);
  epoch_ = ++storage_.epoch;
}

Position MemoryLog::next_position() const {
  const std::scoped_lock lock(storage_.mutex);
  return position_of(storage_.frames.size() + 1);
}

Position MemoryLog::position_after(const Frame& frame) const {
  return position_of(slot_of(frame.position) + 1);
}

Appended MemoryLog::append(const Frame& frame) {
  CHECK(!is_closed_);
  CHECK(!frame.payload.empty() && frame.payload.size() <= frame_bytes_max);
  const std::scoped_lock lock(storage_.mutex);
  if (epoch_ != storage_.epoch) return {Outcome::fenced, "A newer owner has taken over the log."};
  CHECK(frame.position == position_of(storage_.frames.size() + 1));
  storage_.frames.push_back(frame);
  return {Outcome::durable};
}

Result<std::string> MemoryLog::read(Position position, std::size_t length) const {
  const std::scoped_lock lock(storage_.mutex);
  const std::uint64_t slot = slot_of(position);
  const std::uint64_t offset = offset_of(position);
  if (slot == 0 || slot > storage_.frames.size() ||
      offset + length > storage_.frames[slot - 1].payload.size()) {
    return fail(errors::corrupt,
                fmt::format("The log has no {} bytes at position {}.", length, position.value()));
  }
  return storage_.frames[slot - 1].payload.substr(offset, length);
}

std::string MemoryLog::place(Position position) const {
  return fmt::format("offset {} of frame {}", offset_of(position), slot_of(position));
}

Error MemoryLog::error_about(const FoundDamage& damage) const {
  return {
      .kind = &errors::corrupt,
      .message = fmt::format("The log in memory is damaged {}: {}.", damage.where, damage.what)};
}

Hold MemoryLog::hold(Position position) const {
  const std::scoped_lock lock(storage_.mutex);
  held_.insert(slot_of(position));
  return {*this, position};
}

void MemoryLog::let_go(Position position) const {
  const std::scoped_lock lock(storage_.mutex);
  held_.erase(held_.find(slot_of(position)));
}

Result<void> MemoryLog::scan(const std::function<Result<void>(const Frame&)>& visit) {
  const std::scoped_lock lock(storage_.mutex);
  const std::uint64_t first = storage_.checkpoint ? slot_of(storage_.checkpoint->begin) : 1;
  for (std::uint64_t slot = first; slot <= storage_.frames.size(); ++slot)
    TRY(visit(storage_.frames[slot - 1]));
  return {};
}

std::optional<CheckpointSpan> MemoryLog::checkpoint() const {
  const std::scoped_lock lock(storage_.mutex);
  return storage_.checkpoint;
}

Result<void> MemoryLog::scan_checkpoint(
    const std::function<Result<void>(std::string_view, std::uint32_t)>& visit) {
  const std::scoped_lock lock(storage_.mutex);
  for (const Part& part : storage_.parts) TRY(visit(part.payload, part.count));
  return {};
}

Result<void> MemoryLog::begin_checkpoint() {
  unfinished_.emplace();
  return {};
}

Result<LogStore::Written> MemoryLog::write_checkpoint(std::string_view payload,
                                                      std::uint32_t count) {
  CHECK(unfinished_);
  unfinished_->push_back({.payload = std::string(payload), .count = count});
  return Written::done;
}

Result<void> MemoryLog::finish_checkpoint(const FinishedCheckpoint& finished) {
  CHECK(unfinished_);
  const std::scoped_lock lock(storage_.mutex);
  if (epoch_ != storage_.epoch) return fail(errors::io, "A newer owner has taken over the log.");
  CHECK(finished.span.end <= position_of(storage_.frames.size() + 1));
  storage_.parts = *std::exchange(unfinished_, std::nullopt);
  storage_.checkpoint = finished.span;
  const std::uint64_t first = slot_of(std::min(finished.span.begin, finished.needed));
  if (first > 0) trimmed_ = std::max<std::size_t>(trimmed_, first - 1);
  return {};
}

Result<bool> MemoryLog::trim(std::uint64_t /*bytes_max*/) {
  const std::scoped_lock lock(storage_.mutex);
  for (std::size_t i = 0; i < trimmed_; ++i) {
    if (!held_.contains(i + 1)) storage_.frames[i].payload = {};
  }
  return false;
}

Space MemoryLog::space() const {
  const std::scoped_lock lock(storage_.mutex);
  Space space{.unit_bytes = 1};
  for (const Frame& each : storage_.frames) space.log_bytes += each.payload.size();
  for (const Part& each : storage_.parts) space.checkpoint_bytes += each.payload.size();
  return space;
}

Result<void> MemoryLog::close() {
  is_closed_ = true;
  return {};
}

}  // namespace mailrail::log
