#include "log/postgres/libpq_database.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "log/postgres/layout.h"

namespace mailrail::log::postgres {
namespace {

constexpr int server_version_min = 13;
// Engine time follows the clock of whoever owns the log, and never goes back.
constexpr auto clock_difference_max = std::chrono::minutes(5);

// That a replica or a backup is behind before the operator is told.
constexpr std::int64_t retained_wal_bytes_max = std::int64_t{1} << 30;

// SQLSTATEs.
constexpr std::string_view unique_violation = "23505";
constexpr std::string_view duplicate_table = "42P07";
constexpr std::string_view undefined_table = "42P01";
constexpr std::string_view invalid_schema = "3F000";
constexpr std::string_view no_privilege = "42501";
constexpr std::string_view no_lock = "55P03";

Parameter number(std::uint64_t value) { return Parameter(static_cast<std::int64_t>(value)); }
Parameter number(Position position) { return number(position.value()); }

std::uint64_t u64(const Rows& rows, int row, int column) {
  return static_cast<std::uint64_t>(rows.int8(row, column));
}

Lease lease_in(const Rows& rows) {
  Lease lease{.epoch = u64(rows, 0, 0), .beats = u64(rows, 0, 1)};
  if (!rows.is_null(0, 2))
    lease.owner =
        LogOwner{.node = std::string(rows.bytes(0, 2)), .address = std::string(rows.bytes(0, 3))};
  return lease;
}

StoredFrame frame_in(const Rows& rows, int row) {
  return {.position = Position(u64(rows, row, 0)),
          .epoch = u64(rows, row, 1),
          .previous = u64(rows, row, 2),
          .time = from_unix_ms(rows.int8(row, 3)),
          .count = static_cast<std::uint32_t>(rows.int4(row, 4)),
          .checksum = u64(rows, row, 5),
          .payload = std::string(rows.bytes(row, 6))};
}

}  // namespace

// --- Sessions.

Result<void> LibpqDatabase::connect() {
  const Result<void> connected = connection_.connect(connect_patience_);
  if (!connected) {
    return fail(*connected.error().kind,
                fmt::format("The database of the log {} lets nobody in: {}", name_,
                            connected.error().message));
  }
  TRY(set_up());
  return probe();
}

Result<void> LibpqDatabase::set_up() {
  for (const char* setting : {
           "set synchronous_commit = on",
           "set default_transaction_isolation = 'read committed'",
           "set statement_timeout = 0",
           // A dead client's session, which may hold locks, ends soon.
           "set tcp_keepalives_idle = 5",
           "set tcp_keepalives_interval = 2",
           "set tcp_keepalives_count = 3",
       }) {
    TRY(rows(setting));
  }
  return {};
}

Result<void> LibpqDatabase::probe() {
  const Rows found = TRY(
      rows("select current_setting('server_version_num')::int / 10000, "
           "current_setting('fsync')::boolean and current_setting('full_page_writes')::boolean "
           // Aurora's storage is not made of pages that could be torn, nor synced by the server.
           "or to_regproc('pg_catalog.aurora_version') is not null, "
           "current_setting('synchronous_commit'), current_setting('transaction_isolation'), "
           "pg_is_in_recovery() or current_setting('transaction_read_only')::boolean, "
           "(extract(epoch from clock_timestamp()) * 1000)::bigint"));
  if (found.int4(0, 0) < server_version_min) {
    return refuse(fmt::format("it is PostgreSQL {}, and mailrail needs {} or newer",
                              found.int4(0, 0), server_version_min));
  }
  if (!found.boolean(0, 1)) {
    return refuse(
        "its fsync or full_page_writes is off, so a commit may not survive a power cut; "
        "turn both on");
  }
  if (found.bytes(0, 2) != "on") {
    return refuse(
        fmt::format("its synchronous_commit is {} in spite of being set to on, so a "
                    "commit may be lost",
                    found.bytes(0, 2)));
  }
  if (found.bytes(0, 3) != "read committed") {
    return refuse(fmt::format("its transactions are {} in spite of being set to read committed",
                              found.bytes(0, 3)));
  }
  if (found.boolean(0, 4)) {
    return fail(errors::unreachable,
                fmt::format("The database of the log {} is read-only: a standby, or not yet "
                            "promoted.",
                            name_));
  }
  const auto server =
      std::chrono::system_clock::time_point(std::chrono::milliseconds(found.int8(0, 5)));
  const auto difference = std::chrono::abs(server - std::chrono::system_clock::now());
  if (difference > clock_difference_max) {
    return refuse(fmt::format("its clock and this machine's differ by {} seconds; set both by NTP",
                              std::chrono::floor<std::chrono::seconds>(difference).count()));
  }
  return {};
}

std::unexpected<Error> LibpqDatabase::refuse(std::string_view why) const {
  return fail(errors::unusable,
              fmt::format("The database of the log {} can't keep messages: {}.", name_, why));
}

Error LibpqDatabase::error_of(const Objection& objection) const {
  return {.kind = &errors::unusable,
          .message = fmt::format("The database of the log {} objects: {} ({}){}", name_,
                                 objection.message, objection.state,
                                 objection.state == no_privilege
                                     ? ". Its role needs the privilege to create schemas in the "
                                       "database, or the log's schema must be its own."
                                     : "")};
}

Result<Rows> LibpqDatabase::rows(const std::string& statement,
                                 const std::vector<Parameter>& parameters) {
  Answer answer = TRY(connection_.run(statement, parameters));
  if (answer.objection) return std::unexpected(error_of(*answer.objection));
  return *std::move(answer.rows);
}

Result<void> LibpqDatabase::prepare_tables() {
  Answer answer = TRY(connection_.run(statements_.version));
  if (answer.objection) {
    const std::string& state = answer.objection->state;
    if (state != undefined_table && state != invalid_schema)
      return std::unexpected(error_of(*answer.objection));
    if (was_there_)
      return refuse(
          "the log is not there any more; restore it from a backup of the database, or "
          "restart mailrail to begin with an empty one");
    if (absent_ == Absent::refused)
      return fail(errors::unusable,
                  fmt::format("There is no log {}. Say which one by --log-name.", name_));
    const Answer created = TRY(connection_.run_once(statements_.create));
    if (created.objection) return std::unexpected(error_of(*created.objection));
    answer = TRY(connection_.run(statements_.version));
    if (answer.objection) return std::unexpected(error_of(*answer.objection));
  }
  const int version = answer.rows->count() == 1 ? answer.rows->int4(0, 0) : 0;
  if (version == tables_version) {
    was_there_ = true;
    return {};
  }
  return refuse(
      fmt::format("its tables are of version {}, and this mailrail knows version {}; use "
                  "the mailrail that made them, or a newer one",
                  version, tables_version));
}

// --- The lease.

Result<Lease> LibpqDatabase::lease() {
  const Rows found = TRY(rows(statements_.lease));
  TRY(expect_lease(found));
  return lease_in(found);
}

// Without it nobody knows which epochs there were, so none can be fenced.
Result<void> LibpqDatabase::expect_lease(const Rows& found) const {
  if (found.count() == 1) return {};
  return refuse("its lease is gone; restore it from a backup of the database");
}

Result<bool> LibpqDatabase::take_over(const Lease& seen, const LogOwner& owner) {
  const Rows taken =
      TRY(rows(statements_.take_over, {number(seen.epoch), number(seen.beats),
                                       Parameter(owner.node), Parameter(owner.address)}));
  return taken.count() == 1;
}

Result<Change> LibpqDatabase::change_lease(const std::string& statement, std::uint64_t epoch) {
  const Rows changed = TRY(rows(statement, {number(epoch)}));
  return changed.count() == 1 ? Change::done : Change::fenced;
}

Result<Change> LibpqDatabase::renew(std::uint64_t epoch) {
  return change_lease(statements_.renew, epoch);
}

Result<Change> LibpqDatabase::release(std::uint64_t epoch) {
  return change_lease(statements_.release, epoch);
}

// --- Frames.

Result<Change> LibpqDatabase::insert(const StoredFrame& frame, const Predecessor& predecessor) {
  const Rows inserted =
      TRY(rows(statements_.insert,
               {number(frame.position), number(frame.epoch), number(frame.previous),
                Parameter(unix_ms(frame.time)), Parameter(static_cast<std::int32_t>(frame.count)),
                number(frame.checksum), Parameter(std::string_view(frame.payload)),
                number(predecessor.position), number(predecessor.checksum)}));
  if (inserted.count() == 1) return Change::done;
  return why_not(frame.epoch, frame.position, Change::orphaned);
}

Result<Change> LibpqDatabase::why_not(std::uint64_t epoch, Position position, Change otherwise) {
  const Rows judged = TRY(rows(statements_.judge, {number(epoch), number(position)}));
  if (!judged.boolean(0, 0)) return Change::fenced;
  return judged.boolean(0, 1) ? Change::occupied : otherwise;
}

Result<std::optional<StoredFrame>> LibpqDatabase::frame_at(Position position, std::uint64_t epoch) {
  const Rows found = TRY(rows(statements_.frame_at, {number(position), number(epoch)}));
  if (found.count() == 0) return std::nullopt;
  return frame_in(found, 0);
}

Result<std::vector<StoredFrame>> LibpqDatabase::frames_with(std::span<const Position> positions) {
  std::string wanted;
  for (const Position each : positions) {
    // No position is that high, and no row would be found.
    const std::uint64_t highest = ~std::uint64_t{0} >> 1;
    if (!wanted.empty()) wanted += ',';
    wanted += fmt::format("{}", std::min(each.value(), highest));
  }
  const Rows found = TRY(rows(statements_.frames_with, {Parameter(std::string_view(wanted))}));
  std::vector<StoredFrame> frames;
  for (int row = 0; row < found.count(); ++row) frames.push_back(frame_in(found, row));
  return frames;
}

Result<Tail> LibpqDatabase::tail(const Predecessor& seen, Position from, std::size_t bytes) {
  const Rows end = TRY(rows(statements_.tail, {number(seen.position), number(seen.checksum)}));
  TRY(expect_lease(end));
  Tail tail{.lease = lease_in(end),
            .last = Position(u64(end, 0, 4)),
            .last_bytes = u64(end, 0, 5),
            .has_predecessor = end.boolean(0, 6),
            .frames = {}};
  if (tail.last < from) return tail;
  const Rows found = TRY(rows(statements_.tail_frames, {number(from), number(bytes)}));
  for (int row = 0; row < found.count(); ++row) tail.frames.push_back(frame_in(found, row));
  return tail;
}

// --- Partitions.

Result<std::vector<Partition>> LibpqDatabase::partitions() {
  const Rows found = TRY(rows(statements_.partitions));
  std::vector<Partition> partitions;
  for (int row = 0; row < found.count(); ++row)
    partitions.push_back({.number = u64(found, row, 0), .end = Position(u64(found, row, 1))});
  return partitions;
}

Result<Change> LibpqDatabase::change(const std::string& statement) {
  const Answer answer = TRY(connection_.run_once(statement));
  if (!answer.objection) return Change::done;
  const std::string& state = answer.objection->state;
  if (state == fenced_state) return Change::fenced;
  if (state == unique_violation || state == duplicate_table) return Change::occupied;
  if (state == no_lock) return Change::busy;
  return std::unexpected(error_of(*answer.objection));
}

Result<Change> LibpqDatabase::add_partition(std::uint64_t epoch, std::uint64_t partition) {
  return change(statements_.add_partition(epoch, partition));
}

Result<Change> LibpqDatabase::drop_partition(std::uint64_t epoch, std::uint64_t partition) {
  return change(statements_.drop_partition(epoch, partition));
}

// --- Checkpoints.

Result<std::optional<StoredCheckpoint>> LibpqDatabase::checkpoint() {
  const Rows found = TRY(rows(statements_.checkpoint));
  if (found.count() == 0) return std::nullopt;
  return StoredCheckpoint{.number = u64(found, 0, 0),
                          .finished = {.span = {.begin = Position(u64(found, 0, 3)),
                                                .end = Position(u64(found, 0, 4)),
                                                .time = from_unix_ms(found.int8(0, 5))},
                                       .needed = Position(u64(found, 0, 6))},
                          .parts = static_cast<std::uint32_t>(found.int4(0, 1)),
                          .bytes = u64(found, 0, 2)};
}

Result<std::vector<std::uint64_t>> LibpqDatabase::checkpoints() {
  const Rows found = TRY(rows(statements_.checkpoints));
  std::vector<std::uint64_t> numbers;
  for (int row = 0; row < found.count(); ++row) numbers.push_back(u64(found, row, 0));
  return numbers;
}

Result<Change> LibpqDatabase::begin_checkpoint(std::uint64_t epoch, std::uint64_t checkpoint) {
  return change(statements_.begin_checkpoint(epoch, checkpoint));
}

Result<Change> LibpqDatabase::add_part(std::uint64_t epoch,
                                       std::uint64_t checkpoint,
                                       std::uint32_t part_number,
                                       const StoredPart& part) {
  const Rows added = TRY(
      rows(statements_.add_part,
           {number(epoch), number(checkpoint), Parameter(static_cast<std::int32_t>(part_number)),
            Parameter(static_cast<std::int32_t>(part.count)), number(part.checksum),
            Parameter(std::string_view(part.payload))}));
  if (added.count() == 1) return Change::done;
  return why_not(epoch, Position(0), Change::occupied);
}

Result<std::optional<StoredPart>> LibpqDatabase::part(std::uint64_t checkpoint,
                                                      std::uint32_t part_number) {
  const Rows found = TRY(rows(
      statements_.part, {number(checkpoint), Parameter(static_cast<std::int32_t>(part_number))}));
  if (found.count() == 0) return std::nullopt;
  return StoredPart{.count = static_cast<std::uint32_t>(found.int4(0, 0)),
                    .checksum = u64(found, 0, 1),
                    .payload = std::string(found.bytes(0, 2))};
}

Result<Change> LibpqDatabase::finish_checkpoint(std::uint64_t epoch,
                                                const StoredCheckpoint& checkpoint) {
  const FinishedCheckpoint& finished = checkpoint.finished;
  const Rows changed =
      TRY(rows(statements_.finish_checkpoint,
               {number(epoch), number(checkpoint.number),
                Parameter(static_cast<std::int32_t>(checkpoint.parts)), number(checkpoint.bytes),
                number(finished.span.begin), number(finished.span.end),
                Parameter(unix_ms(finished.span.time)), number(finished.needed)}));
  if (changed.count() == 1) return Change::done;
  const Change why = TRY(why_not(epoch, Position(0), Change::orphaned));
  if (why == Change::fenced) return why;
  return refuse(fmt::format("it has no checkpoint {} any more", checkpoint.number));
}

Result<Change> LibpqDatabase::drop_checkpoint(std::uint64_t epoch, std::uint64_t checkpoint) {
  return change(statements_.drop_checkpoint(epoch, checkpoint));
}

// --- What comes near a limit.

Result<std::vector<std::string>> LibpqDatabase::warnings() {
  const Rows found = TRY(rows(statements_.limits));
  std::vector<std::string> sentences;
  const std::int64_t connections = found.int8(0, 0);
  const std::int64_t connections_max = found.int8(0, 1);
  if (connections * 10 >= connections_max * 8) {
    sentences.push_back(fmt::format(
        "the database server of the log {} has {} connections of at most {}: when none is left, "
        "mailrail can't connect again. Raise max_connections, or see who has them.",
        name_, connections, connections_max));
  }
  if (!found.is_null(0, 2) && found.int8(0, 3) >= retained_wal_bytes_max) {
    sentences.push_back(fmt::format(
        "the database server of the log {} keeps {} MiB of WAL for the replication slot {}: it "
        "fills its disk unless that is read, or dropped.",
        name_, found.int8(0, 3) >> 20, found.bytes(0, 2)));
  }
  if (found.boolean(0, 4)) {
    sentences.push_back(fmt::format(
        "the database server of the log {} can't archive its WAL, which fills its disk: its log "
        "says why.",
        name_));
  }
  return sentences;
}

}  // namespace mailrail::log::postgres
