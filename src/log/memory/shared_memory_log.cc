#include "log/memory/shared_memory_log.h"

#include <utility>

#include <fmt/format.h>

namespace mailrail::log {
namespace {

constexpr int slot_shift = 24;

}  // namespace

void SharedMemoryLog::Place::cut_off(const std::string& node) {
  const std::scoped_lock lock(mutex_);
  cut_off_.insert(node);
}

void SharedMemoryLog::Place::reconnect(const std::string& node) {
  const std::scoped_lock lock(mutex_);
  cut_off_.erase(node);
}

void SharedMemoryLog::Place::stall(const std::string& node) {
  const std::scoped_lock lock(mutex_);
  stalled_.insert(node);
}

void SharedMemoryLog::Place::resume(const std::string& node) {
  const std::scoped_lock lock(mutex_);
  stalled_.erase(node);
  changed_.notify_all();
}

void SharedMemoryLog::Place::wait_until_stalled(const std::string& node) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_.contains(node); });
}

void SharedMemoryLog::Place::refuse(std::optional<Error> why) {
  const std::scoped_lock lock(mutex_);
  refusal_ = std::move(why);
}

void SharedMemoryLog::Place::usurp() {
  const std::scoped_lock lock(mutex_);
  const MemoryLog fence(storage_);
  lease_ = {.epoch = fence.epoch(),
            .beats = lease_.beats + 1,
            .owner = LogOwner{.node = "somebody", .address = "127.0.0.1:1"}};
}

Lease SharedMemoryLog::Place::lease() {
  const std::scoped_lock lock(mutex_);
  return lease_;
}

std::size_t SharedMemoryLog::Place::frames() {
  const std::scoped_lock lock(storage_.mutex);
  return storage_.frames.size();
}

Result<void> SharedMemoryLog::Place::expect_reach(const std::string& node) {
  const std::scoped_lock lock(mutex_);
  if (!cut_off_.contains(node)) return {};
  return fail(errors::unreachable, "The log in memory is out of reach.");
}

void SharedMemoryLog::Place::wait_while_stalled(const std::string& node) {
  std::unique_lock lock(mutex_);
  if (!stalled_.contains(node)) return;
  const auto waiting = waiting_.insert(node);
  changed_.notify_all();
  changed_.wait(lock, [&] { return !stalled_.contains(node); });
  waiting_.erase(waiting);
}

SharedMemoryLog::SharedMemoryLog(Place& place, std::string node)
    : place_(place), node_(std::move(node)), log_(place.storage_, MemoryLog::Opening::reads_only) {}

Result<std::unique_ptr<SharedMemoryLog>> SharedMemoryLog::open(Place& place,
                                                               const std::string& node) {
  TRY(place.expect_reach(node));
  {
    const std::scoped_lock lock(place.mutex_);
    if (place.refusal_) return std::unexpected(*place.refusal_);
  }
  return std::unique_ptr<SharedMemoryLog>(new SharedMemoryLog(place, node));
}

Result<Followed> SharedMemoryLog::follow(const std::function<Result<void>(const Frame&)>& visit) {
  TRY(place_.expect_reach(node_));
  Followed followed;
  followed.lease = place_.lease();
  const std::scoped_lock lock(place_.storage_.mutex);
  const std::vector<Frame>& frames = place_.storage_.frames;
  followed.log_end = Position((frames.size() + 1) << slot_shift);
  for (; visited_ < frames.size(); ++visited_) {
    if (frames[visited_].payload.empty()) {
      followed.is_void = true;
      return followed;
    }
    TRY(visit(frames[visited_]));
  }
  return followed;
}

Result<bool> SharedMemoryLog::take_over(const Lease& seen, const LogOwner& owner) {
  TRY(place_.expect_reach(node_));
  const std::scoped_lock lock(place_.mutex_);
  if (place_.lease_.epoch != seen.epoch || place_.lease_.beats != seen.beats) return false;
  log_.take_over();
  place_.lease_ = {.epoch = log_.epoch(), .beats = seen.beats + 1, .owner = owner};
  return true;
}

// What an owner is told before it changes anything.
Appended SharedMemoryLog::may_append() {
  place_.wait_while_stalled(node_);
  if (const auto reached = place_.expect_reach(node_); !reached)
    return {Outcome::failed, reached.error().message};
  if (place_.lease().epoch != log_.epoch())
    return {Outcome::fenced, "A newer owner has taken over the log."};
  return {Outcome::durable};
}

Appended SharedMemoryLog::renew() {
  Appended renewed = may_append();
  if (renewed.outcome != Outcome::durable) return renewed;
  const std::scoped_lock lock(place_.mutex_);
  ++place_.lease_.beats;
  return renewed;
}

Appended SharedMemoryLog::append(const Frame& frame) {
  Appended allowed = may_append();
  return allowed.outcome == Outcome::durable ? log_.append(frame) : allowed;
}

Result<std::string> SharedMemoryLog::read(Position position, std::size_t length) const {
  TRY(place_.expect_reach(node_));
  return log_.read(position, length);
}

Result<void> SharedMemoryLog::scan(const std::function<Result<void>(const Frame&)>& visit) {
  TRY(place_.expect_reach(node_));
  if (const auto span = log_.checkpoint()) visited_ = (span->begin.value() >> slot_shift) - 1;
  return log_.scan([&](const Frame& frame) -> Result<void> {
    visited_ = frame.position.value() >> slot_shift;
    return visit(frame);
  });
}

Result<void> SharedMemoryLog::scan_checkpoint(
    const std::function<Result<void>(std::string_view, std::uint32_t)>& visit) {
  TRY(place_.expect_reach(node_));
  return log_.scan_checkpoint(visit);
}

Result<LogStore::Written> SharedMemoryLog::write_checkpoint(std::string_view payload,
                                                            std::uint32_t count) {
  TRY(place_.expect_reach(node_));
  return log_.write_checkpoint(payload, count);
}

Result<void> SharedMemoryLog::finish_checkpoint(const FinishedCheckpoint& finished) {
  TRY(place_.expect_reach(node_));
  return log_.finish_checkpoint(finished);
}

// A megabyte, so that housekeeping is not all that its users do.
Space SharedMemoryLog::space() const {
  Space space = log_.space();
  space.unit_bytes = std::uint64_t{1} << 20;
  return space;
}

Result<void> SharedMemoryLog::close() {
  TRY(place_.expect_reach(node_));
  TRY(log_.close());
  const std::scoped_lock lock(place_.mutex_);
  if (place_.lease_.epoch == log_.epoch()) place_.lease_.owner.reset();
  return {};
}

}  // namespace mailrail::log
