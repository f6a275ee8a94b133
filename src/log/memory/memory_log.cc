#include "log/memory/memory_log.h"

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

MemoryLog::MemoryLog(Storage& storage) : storage_(storage) {
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

Result<void> MemoryLog::scan(const std::function<Result<void>(const Frame&)>& visit) {
  const std::scoped_lock lock(storage_.mutex);
  for (const Frame& frame : storage_.frames) TRY(visit(frame));
  return {};
}

Result<void> MemoryLog::close() {
  is_closed_ = true;
  return {};
}

}  // namespace mailrail::log
