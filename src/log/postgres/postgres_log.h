// PostgresLog: a log kept in a database, for a server that has no disk of its own to look after.
//
// A frame is a row, its key the position; every insert checks in the same transaction that the
// lease still has this owner's epoch and that the frame before is still there. So a deposed owner
// can't append, also if it only slept, and a database that lost what it had confirmed is noticed.
// What came of an insert whose answer was lost is found out by inserting the very same row again.
// If the database stays away the append has failed; whoever owns this object opens another.

#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "log/postgres/database.h"
#include "log/postgres/frame_cache.h"
#include "log/postgres/layout.h"
#include "log/postgres/spool.h"
#include "log/shared_log.h"

namespace mailrail::log {

struct PostgresLogOptions {
  postgres::Layout layout = {};
  postgres::Spool* spool = nullptr;  // Where frames are kept for reading, if anywhere.
  std::size_t cache_bytes_max = std::size_t{8} << 20;  // Of frames read lately, in memory.
};

class PostgresLog final : public SharedLog {
 public:
  // Connects and looks for the newest checkpoint; makes the tables if there are none. Changes
  // nothing else.
  static Result<std::unique_ptr<PostgresLog>> open(postgres::Databases& databases,
                                                   const PostgresLogOptions& options = {});

  Result<Followed> follow(const std::function<Result<void>(const Frame&)>& visit) override;
  Result<bool> take_over(const Lease& seen, const LogOwner& owner) override;
  Appended renew() override;
  std::vector<std::string> warnings() override;
  std::uint64_t epoch() const override { return epoch_; }

  std::size_t payload_bytes_max() const override { return layout_.payload_bytes_max; }
  Position next_position() const override { return next_; }
  Position position_after(const Frame& frame) const override;
  Appended append(const Frame& frame) override;
  bool prepare_ahead() override;
  Result<std::string> read(Position position, std::size_t length) const override;
  std::vector<Result<std::string>> read_all(std::span<const Stretch> stretches) const override;
  std::optional<std::vector<Result<std::string>>> read_cached(
      std::span<const Stretch> stretches) const override;
  std::string place(Position position) const override;
  Error error_about(const FoundDamage& damage) const override;
  Hold hold(Position position) const override;
  Result<void> scan(const std::function<Result<void>(const Frame&)>& visit) override;
  std::optional<CheckpointSpan> checkpoint() const override;
  Result<void> scan_checkpoint(
      const std::function<Result<void>(std::string_view, std::uint32_t)>& visit) override;
  Result<void> begin_checkpoint() override;
  Result<Written> write_checkpoint(std::string_view payload, std::uint32_t count) override;
  Result<void> finish_checkpoint(const FinishedCheckpoint& finished) override;
  Result<bool> trim(std::uint64_t bytes_max) override;
  Space space() const override;
  // Gives the log back, so that another may take it at once.
  Result<void> close() override;

 private:
  using Visit = std::function<Result<void>(const Frame&)>;
  // Where a walk through the log stands.
  struct Cursor {
    postgres::Predecessor seen;
    Position next;
    bool is_void = false;  // What was seen, or what comes next, is not in the log any more.
  };

  // A question whose answer was lost is asked again that often, each time in a new session.
  static constexpr int asked_max = 3;
  static bool is_unreachable(const Error& error) { return error.kind == &errors::unreachable; }

  PostgresLog(postgres::Databases& databases, const PostgresLogOptions& options);
  void let_go(Position position) const override;

  template <class Ask>
  auto ask(Ask question) -> decltype(question());
  Result<void> begin();
  Position first_position() const;
  Result<postgres::Tail> advance(Cursor& cursor, const Visit& visit);
  Result<bool> is_superseded();
  Result<void> look_at_partitions();

  Appended inserted(const postgres::StoredFrame& row);
  Appended found(const postgres::StoredFrame& row);
  Appended end_with(Outcome outcome, std::string reason);
  Result<void> ensure_partition(std::uint64_t number);
  Result<void> own(Result<postgres::Change> change);
  void measure();

  // How a body is read; a frame is verified when it is read, and kept.
  std::optional<std::string> read_here(const Stretch& stretch) const;
  void fetch(std::span<const Stretch> stretches,
             std::span<const std::size_t> wanted,
             std::span<Result<std::string>> read) const;
  Result<std::vector<postgres::StoredFrame>> fetch_frames(
      std::span<const Position> positions) const;
  Error nothing_at(const Stretch& stretch) const;

  postgres::Databases& databases_;
  const postgres::Layout layout_;
  postgres::Spool* const spool_;

  // Of the thread that follows, then of the one that appends.
  std::unique_ptr<postgres::Database> session_;
  bool is_connected_ = false;
  std::optional<postgres::StoredCheckpoint> checkpoint_;
  Position next_;                // Where the next frame is, or will be.
  postgres::Predecessor last_;   // The frame before that, as far as it is known.
  std::uint64_t epoch_ = 0;      // 0: not the owner.
  std::optional<Appended> end_;  // Why nothing may be appended any more.
  bool is_closed_ = false;

  std::deque<postgres::Partition> partitions_;  // Those that are there, in order; of an owner.
  Position trimmed_;                            // No frame before it is needed.
  std::optional<std::uint64_t> unfinished_;     // The number of the checkpoint being written,
  std::uint32_t parts_ = 0;                     // what it has,
  std::uint64_t parts_bytes_ = 0;
  std::vector<std::uint64_t> superfluous_;  // and those to be dropped.

  mutable std::mutex held_mutex_;
  mutable std::multiset<std::uint64_t> held_;  // Partitions.

  mutable postgres::FrameCache cache_;
  mutable std::mutex reading_mutex_;
  mutable std::unique_ptr<postgres::Database> reading_;  // A session for readers.
  // Begun anew when the other one was: the server behind the name may be another one then.
  mutable std::atomic<bool> is_reading_connected_ = false;

  std::atomic<std::uint64_t> log_bytes_ = 0;
  std::atomic<std::uint64_t> checkpoint_bytes_ = 0;
};

}  // namespace mailrail::log
