#include "log/postgres/postgres_log.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/seeded_bug.h"

namespace mailrail::log {
namespace {

using postgres::Change;
using postgres::StoredCheckpoint;
using postgres::StoredFrame;
using postgres::StoredPart;

// How much of the log is asked for at once.
constexpr std::size_t tail_bytes = std::size_t{4} << 20;

}  // namespace

PostgresLog::PostgresLog(postgres::Databases& databases, const PostgresLogOptions& options)
    : databases_(databases),
      layout_(options.layout),
      spool_(options.spool),
      session_(databases.session()),
      cache_(options.cache_bytes_max),
      reading_(databases.session()) {
  CHECK(postgres::row_overhead_bytes + layout_.payload_bytes_max <= layout_.partition_bytes);
}

Result<std::unique_ptr<PostgresLog>> PostgresLog::open(postgres::Databases& databases,
                                                       const PostgresLogOptions& options) {
  std::unique_ptr<PostgresLog> log(new PostgresLog(databases, options));
  TRY(log->begin());
  return log;
}

Result<void> PostgresLog::begin() {
  TRY(ask([this] { return session_->prepare_tables(); }));
  checkpoint_ = TRY(ask([this] { return session_->checkpoint(); }));
  if (checkpoint_)
    trimmed_ = std::min(checkpoint_->finished.span.begin, checkpoint_->finished.needed);
  next_ = first_position();
  TRY(look_at_partitions());
  return {};
}

// Whoever asks again must be able to: the question changes nothing, or changes the same thing.
template <class Ask>
auto PostgresLog::ask(Ask question) -> decltype(question()) {
  for (int asked = 1;; ++asked) {
    if (!is_connected_) {
      const Result<void> connected = session_->connect();
      if (!connected && (!is_unreachable(connected.error()) || asked == asked_max))
        return std::unexpected(connected.error());
      is_connected_ = connected.has_value();
      is_reading_connected_ = false;
      if (!is_connected_) continue;
    }
    auto answer = question();
    if (answer || !is_unreachable(answer.error())) return answer;
    is_connected_ = false;
    if (asked == asked_max) return answer;
  }
}

Position PostgresLog::first_position() const {
  return checkpoint_ ? checkpoint_->finished.span.begin : postgres::first_in(0);
}

// --- Reading the log from its front.

Result<void> PostgresLog::scan(const Visit& visit) {
  Cursor cursor{.seen = {}, .next = first_position()};
  while (!TRY(advance(cursor, visit)).frames.empty() && !cursor.is_void) {
  }
  if (cursor.is_void) {
    return fail(errors::unreachable,
                fmt::format("The log {} was trimmed while it was read.", databases_.name()));
  }
  if (epoch_ != 0) return {};
  last_ = cursor.seen;
  next_ = cursor.next;
  return {};
}

Result<Followed> PostgresLog::follow(const Visit& visit) {
  Cursor cursor{.seen = last_, .next = next_};
  const Result<postgres::Tail> looked = advance(cursor, visit);
  // What was visited is not visited again, whatever became of the rest.
  last_ = cursor.seen;
  next_ = cursor.next;
  if (!looked) return std::unexpected(looked.error());
  const postgres::Tail& tail = *looked;
  Followed followed{.lease = tail.lease, .log_end = next_, .is_void = cursor.is_void};
  if (tail.last >= next_) {
    followed.log_end = postgres::position_after(tail.last, tail.last_bytes, layout_);
    followed.behind = followed.log_end.value() - next_.value();
  }
  return followed;
}

// One look: what it finds is verified, and visited.
Result<postgres::Tail> PostgresLog::advance(Cursor& cursor, const Visit& visit) {
  postgres::Tail tail =
      TRY(ask([&] { return session_->tail(cursor.seen, cursor.next, tail_bytes); }));
  // If what was seen is gone, nothing that follows belongs to it.
  cursor.is_void = cursor.seen.position != Position(0) && !tail.has_predecessor &&
                   !has_bug(SeededBug::follows_what_is_lost);
  if (cursor.is_void) return tail;
  for (StoredFrame& each : tail.frames) {
    if (each.position != cursor.next) {
      cursor.is_void = TRY(is_superseded());
      if (cursor.is_void) return tail;
      return std::unexpected(error_about(
          {.where = fmt::format("at {}", place(cursor.next)),
           .what = fmt::format("there is no frame, the next one is at {}", place(each.position))}));
    }
    const bool is_chained = cursor.seen.position == Position(0) || each.previous == 0 ||
                            each.previous == cursor.seen.checksum;
    if (!is_chained || postgres::checksum_of(each) != each.checksum) {
      return std::unexpected(
          error_about({.where = fmt::format("at {}", place(each.position)),
                       .what = is_chained ? "the checksum of the frame there is wrong"
                                          : "the frame there does not follow the one before"}));
    }
    cursor.seen = {.position = each.position, .checksum = each.checksum};
    cursor.next = postgres::position_after(each.position, each.payload.size(), layout_);
    Frame frame{.position = each.position,
                .time = each.time,
                .count = each.count,
                .payload = std::move(each.payload)};
    if (spool_ != nullptr) spool_->add(frame.position, frame.payload);
    TRY(visit(frame));
  }
  return tail;
}

// There is a newer checkpoint than the one that this began with.
Result<bool> PostgresLog::is_superseded() {
  const auto newest = TRY(ask([this] { return session_->checkpoint(); }));
  return newest && (!checkpoint_ || newest->number != checkpoint_->number);
}

Position PostgresLog::position_after(const Frame& frame) const {
  return postgres::position_after(frame.position, frame.payload.size(), layout_);
}

// --- Owning it.

Result<bool> PostgresLog::take_over(const Lease& seen, const LogOwner& owner) {
  CHECK(epoch_ == 0);
  const auto taken = ask([&]() -> Result<bool> {
    if (TRY(session_->take_over(seen, owner))) return true;
    // Perhaps by this very owner, whose answer was lost. To see it is not to know that it is
    // durable; a renewal makes it so.
    const Lease now = TRY(session_->lease());
    if (now.epoch != seen.epoch + 1 || now.owner != owner) return false;
    if (has_bug(SeededBug::believes_seen_take_overs)) return true;
    return TRY(session_->renew(now.epoch)) == Change::done;
  });
  if (!taken || !*taken) return taken;
  TRY(look_at_partitions());
  epoch_ = seen.epoch + 1;
  return true;
}

Appended PostgresLog::renew() {
  if (end_) return *end_;
  if (const Result<void> owned = own(ask([this] { return session_->renew(epoch_); })); !owned)
    return end_with(end_ ? end_->outcome : Outcome::failed, owned.error().message);
  return {Outcome::durable};
}

// A database that is out of reach shows in the next append.
std::vector<std::string> PostgresLog::warnings() {
  auto near = ask([this] { return session_->warnings(); });
  if (near || is_unreachable(near.error())) return near.value_or(std::vector<std::string>());
  return {near.error().message};
}

Appended PostgresLog::append(const Frame& frame) {
  CHECK(!is_closed_);
  CHECK(epoch_ != 0);
  CHECK(!frame.payload.empty() && frame.payload.size() <= layout_.payload_bytes_max);
  CHECK(frame.position == next_);
  if (end_) return *end_;
  const std::uint64_t number = postgres::partition_of(frame.position);
  if (const Result<void> ensured = ensure_partition(number); !ensured)
    return end_with(end_ ? end_->outcome : Outcome::failed, ensured.error().message);
  StoredFrame row{.position = frame.position,
                  .epoch = epoch_,
                  .previous = last_.checksum,
                  .time = frame.time,
                  .count = frame.count,
                  .checksum = 0,
                  .payload = frame.payload};
  row.checksum = postgres::checksum_of(row);
  Appended appended = inserted(row);
  if (appended.outcome != Outcome::durable) return appended;
  last_ = {.position = row.position, .checksum = row.checksum};
  next_ = position_after(frame);
  std::ranges::find(partitions_, number, &postgres::Partition::number)->end =
      frame.position + frame.payload.size();
  if (spool_ != nullptr) spool_->add(frame.position, frame.payload);
  measure();
  return appended;
}

Appended PostgresLog::inserted(const StoredFrame& row) {
  const auto change = ask([&] { return session_->insert(row, last_); });
  if (!change) {
    return end_with(Outcome::failed, fmt::format("Whether {} was written is not known: {}",
                                                 place(row.position), change.error().message));
  }
  if (*change == Change::done) return {Outcome::durable};
  if (*change == Change::occupied) return found(row);
  if (*change == Change::orphaned) {
    return end_with(
        Outcome::failed,
        fmt::format("{} is not in the database any more, although it was confirmed. Was a standby "
                    "promoted that is not a synchronous one?",
                    place(last_.position)));
  }
  return end_with(Outcome::fenced, "Another node has taken over the log.");
}

// There is a row at that position: ours, if an answer was lost.
Appended PostgresLog::found(const StoredFrame& row) {
  const auto there = ask([&] { return session_->frame_at(row.position, epoch_); });
  if (!there) {
    return end_with(Outcome::failed, fmt::format("Whether {} was written is not known: {}",
                                                 place(row.position), there.error().message));
  }
  const bool is_ours = *there && (*there)->epoch == row.epoch && (*there)->checksum == row.checksum;
  if (is_ours) return {Outcome::durable};
  return end_with(Outcome::fenced, "Another node has taken over the log.");
}

Appended PostgresLog::end_with(Outcome outcome, std::string reason) {
  if (!end_) end_ = Appended{.outcome = outcome, .reason = std::move(reason)};
  return *end_;
}

// What the owner alone may change; if it is not the owner any more, that is the end.
Result<void> PostgresLog::own(Result<Change> change) {
  if (!change) return std::unexpected(std::move(change).error());
  if (*change != Change::fenced) return {};
  return fail(errors::io, end_with(Outcome::fenced, "Another node has taken over the log.").reason);
}

// --- Partitions.

Result<void> PostgresLog::look_at_partitions() {
  const std::vector<postgres::Partition> found =
      TRY(ask([this] { return session_->partitions(); }));
  partitions_.assign(found.begin(), found.end());
  measure();
  return {};
}

Result<void> PostgresLog::ensure_partition(std::uint64_t number) {
  if (!partitions_.empty() && partitions_.back().number >= number) return {};
  TRY(own(ask([&] { return session_->add_partition(epoch_, number); })));
  partitions_.push_back({.number = number, .end = postgres::begin_of(number)});
  return {};
}

// The partition in which the log goes on soon is made before an append has to wait for it.
bool PostgresLog::prepare_ahead() {
  if (epoch_ == 0 || end_ || is_closed_) return false;
  const std::uint64_t number = postgres::partition_of(next_);
  const std::uint64_t offset = next_.value() - postgres::begin_of(number).value();
  // A failure shows in the next append.
  if (!ensure_partition(number) || offset < layout_.partition_bytes / 2) return false;
  (void)ensure_partition(number + 1);
  return false;
}

Result<bool> PostgresLog::trim(std::uint64_t /*bytes_max*/) {
  if (!superfluous_.empty()) {
    const std::uint64_t number = superfluous_.back();
    superfluous_.pop_back();
    TRY(own(ask([&] { return session_->drop_checkpoint(epoch_, number); })));
    return true;
  }
  // The one with the last frame stays: the next one is chained to that.
  for (auto each = partitions_.begin(); each != partitions_.end(); ++each) {
    const Position behind = postgres::begin_of(each->number + 1);
    const bool is_needed = each->end > trimmed_ || behind > next_ || behind > last_.position;
    if (is_needed) return false;
    {
      const std::scoped_lock lock(held_mutex_);
      if (held_.contains(each->number)) continue;
    }
    const auto dropped = ask([&] { return session_->drop_partition(epoch_, each->number); });
    TRY(own(dropped));
    if (*dropped == Change::busy) return false;
    cache_.forget(postgres::begin_of(each->number), behind);
    partitions_.erase(each);
    measure();
    return true;
  }
  return false;
}

void PostgresLog::measure() {
  std::uint64_t bytes = 0;
  for (const postgres::Partition& each : partitions_) {
    const Position begin = postgres::begin_of(each.number);
    if (each.end > begin) bytes += each.end.value() - begin.value();
  }
  log_bytes_ = bytes;
  checkpoint_bytes_ = (checkpoint_ ? checkpoint_->bytes : 0) + parts_bytes_;
}

Space PostgresLog::space() const {
  return {.log_bytes = log_bytes_,
          .checkpoint_bytes = checkpoint_bytes_,
          .spare_bytes = 0,
          .unit_bytes = layout_.partition_bytes};
}

// --- Checkpoints.

std::optional<CheckpointSpan> PostgresLog::checkpoint() const {
  if (!checkpoint_) return std::nullopt;
  return checkpoint_->finished.span;
}

Result<void> PostgresLog::scan_checkpoint(
    const std::function<Result<void>(std::string_view, std::uint32_t)>& visit) {
  if (!checkpoint_) return {};
  for (std::uint32_t number = 0; number < checkpoint_->parts; ++number) {
    const std::optional<StoredPart> part =
        TRY(ask([&] { return session_->part(checkpoint_->number, number); }));
    if (!part && TRY(is_superseded())) {
      return fail(errors::unreachable, fmt::format("The checkpoint of the log {} was replaced "
                                                   "while it was read.",
                                                   databases_.name()));
    }
    const auto refuse = [&](std::string_view what) {
      return std::unexpected(error_about(
          {.where = "in its checkpoint",
           .what = fmt::format("part {} of {} {}", number + 1, checkpoint_->parts, what)}));
    };
    if (!part) return refuse("is missing");
    if (postgres::checksum_of(*part) != part->checksum) return refuse("has a wrong checksum");
    TRY(visit(part->payload, part->count));
  }
  return {};
}

Result<void> PostgresLog::begin_checkpoint() {
  std::uint64_t number = 0;
  superfluous_.clear();
  for (const std::uint64_t each : TRY(ask([this] { return session_->checkpoints(); }))) {
    number = std::max(number, each);
    if (!checkpoint_ || each != checkpoint_->number) superfluous_.push_back(each);
  }
  unfinished_ = number + 1;
  parts_ = 0;
  parts_bytes_ = 0;
  return own(ask([this] { return session_->begin_checkpoint(epoch_, *unfinished_); }));
}

Result<LogStore::Written> PostgresLog::write_checkpoint(std::string_view payload,
                                                        std::uint32_t count) {
  CHECK(unfinished_);
  StoredPart part{.count = count, .checksum = 0, .payload = std::string(payload)};
  part.checksum = postgres::checksum_of(part);
  TRY(own(ask([&] { return session_->add_part(epoch_, *unfinished_, parts_, part); })));
  parts_ += 1;
  parts_bytes_ += payload.size() + postgres::row_overhead_bytes;
  measure();
  return Written::done;
}

Result<void> PostgresLog::finish_checkpoint(const FinishedCheckpoint& finished) {
  CHECK(unfinished_);
  CHECK(finished.span.end <= next_);
  const StoredCheckpoint checkpoint{
      .number = *unfinished_, .finished = finished, .parts = parts_, .bytes = parts_bytes_};
  TRY(own(ask([&] { return session_->finish_checkpoint(epoch_, checkpoint); })));
  if (checkpoint_) superfluous_.push_back(checkpoint_->number);
  checkpoint_ = checkpoint;
  unfinished_.reset();
  parts_bytes_ = 0;
  trimmed_ = std::max(trimmed_, std::min(finished.span.begin, finished.needed));
  measure();
  return {};
}

// --- What is held.

Hold PostgresLog::hold(Position position) const {
  const std::scoped_lock lock(held_mutex_);
  held_.insert(postgres::partition_of(position));
  return {*this, position};
}

void PostgresLog::let_go(Position position) const {
  const std::scoped_lock lock(held_mutex_);
  held_.erase(held_.find(postgres::partition_of(position)));
}

// --- For people.

std::string PostgresLog::place(Position position) const {
  return fmt::format("position {} of the log {}", position.value(), databases_.name());
}

Error PostgresLog::error_about(const FoundDamage& damage) const {
  return {.kind = &errors::corrupt,
          .message = fmt::format("The log {} is damaged {}: {}. Restore it from a backup of the "
                                 "database.",
                                 databases_.name(), damage.where, damage.what)};
}

Result<void> PostgresLog::close() {
  is_closed_ = true;
  if (epoch_ == 0 || end_) return {};
  return own(ask([this] { return session_->release(epoch_); }));
}

}  // namespace mailrail::log
