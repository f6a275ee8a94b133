// LibpqDatabase: a session with PostgreSQL 13 or newer through libpq.
//
// The log is a schema `mailrail_NAME` of its own, whose tables are made here, under a version. A
// session is opened to a server that can be written, and only if it keeps the promise that a commit
// is durable: fsync and full_page_writes are on, and synchronous_commit is set and is on.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log/postgres/connection.h"
#include "log/postgres/database.h"
#include "log/postgres/statements.h"

namespace mailrail::log::postgres {

// What happens to a log that is not there.
enum class Absent : std::uint8_t { made, refused };

class LibpqDatabase final : public Database {
 public:
  // Which database, and which log in it.
  struct Target {
    Connection::Parameters parameters;
    std::string schema;
    std::string name;  // For messages.
    Absent absent = Absent::made;
    std::chrono::milliseconds connect_patience;  // While it lets nobody in.
  };
  // `was_there` is of all sessions: once the log has been found it is not made again, empty.
  LibpqDatabase(const Target& target, std::atomic<bool>& was_there)
      : was_there_(was_there),
        connection_(target.parameters),
        statements_(target.schema),
        name_(target.name),
        absent_(target.absent),
        connect_patience_(target.connect_patience) {}

  Result<void> connect() override;
  Result<void> prepare_tables() override;
  Result<Lease> lease() override;
  Result<bool> take_over(const Lease& seen, const LogOwner& owner) override;
  Result<Change> renew(std::uint64_t epoch) override;
  Result<Change> release(std::uint64_t epoch) override;
  Result<Change> insert(const StoredFrame& frame, const Predecessor& predecessor) override;
  Result<std::optional<StoredFrame>> frame_at(Position position, std::uint64_t epoch) override;
  Result<std::vector<StoredFrame>> frames_with(std::span<const Position> positions) override;
  Result<Tail> tail(const Predecessor& seen, Position from, std::size_t bytes) override;
  Result<std::vector<Partition>> partitions() override;
  Result<Change> add_partition(std::uint64_t epoch, std::uint64_t partition) override;
  Result<Change> drop_partition(std::uint64_t epoch, std::uint64_t partition) override;
  Result<std::optional<StoredCheckpoint>> checkpoint() override;
  Result<std::vector<std::uint64_t>> checkpoints() override;
  Result<Change> begin_checkpoint(std::uint64_t epoch, std::uint64_t checkpoint) override;
  Result<Change> add_part(std::uint64_t epoch,
                          std::uint64_t checkpoint,
                          std::uint32_t part_number,
                          const StoredPart& part) override;
  Result<std::optional<StoredPart>> part(std::uint64_t checkpoint,
                                         std::uint32_t part_number) override;
  Result<Change> finish_checkpoint(std::uint64_t epoch,
                                   const StoredCheckpoint& checkpoint) override;
  Result<Change> drop_checkpoint(std::uint64_t epoch, std::uint64_t checkpoint) override;
  Result<std::vector<std::string>> warnings() override;

 private:
  Result<void> set_up();
  Result<void> probe();
  Result<void> expect_lease(const Rows& found) const;
  std::unexpected<Error> refuse(std::string_view why) const;
  Error error_of(const Objection& objection) const;
  Result<Rows> rows(const std::string& statement, const std::vector<Parameter>& parameters = {});
  Result<Change> change(const std::string& statement);
  Result<Change> change_lease(const std::string& statement, std::uint64_t epoch);
  Result<Change> why_not(std::uint64_t epoch, Position position, Change otherwise);

  std::atomic<bool>& was_there_;
  Connection connection_;
  const Statements statements_;
  const std::string name_;
  const Absent absent_;
  const std::chrono::milliseconds connect_patience_;
};

}  // namespace mailrail::log::postgres
