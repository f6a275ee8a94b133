// SimSession: one session with a SimPostgres. What its statements do is here; when they are carried
// out, and whether anybody hears of it, is the server's luck.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "log/postgres/database.h"
#include "sim/sim_postgres.h"

namespace mailrail::sim {

class SimSession final : public log::postgres::Database {
 public:
  explicit SimSession(SimPostgres& server) : server_(server) {}
  ~SimSession() override { server_.disconnect(session_); }

  Result<void> connect() override { return server_.connect(session_); }
  Result<void> prepare_tables() override;

  Result<log::Lease> lease() override;
  Result<bool> take_over(const log::Lease& seen, const log::LogOwner& owner) override;
  Result<log::postgres::Change> renew(std::uint64_t epoch) override;
  Result<log::postgres::Change> release(std::uint64_t epoch) override;

  Result<log::postgres::Change> insert(const log::postgres::StoredFrame& frame,
                                       const log::postgres::Predecessor& predecessor) override;
  Result<std::optional<log::postgres::StoredFrame>> frame_at(Position position,
                                                             std::uint64_t epoch) override;
  Result<std::vector<log::postgres::StoredFrame>> frames_with(
      std::span<const Position> positions) override;
  Result<log::postgres::Tail> tail(const log::postgres::Predecessor& seen,
                                   Position from,
                                   std::size_t bytes) override;

  Result<std::vector<log::postgres::Partition>> partitions() override;
  Result<log::postgres::Change> add_partition(std::uint64_t epoch, std::uint64_t number) override;
  Result<log::postgres::Change> drop_partition(std::uint64_t epoch, std::uint64_t number) override;

  Result<std::optional<log::postgres::StoredCheckpoint>> checkpoint() override;
  Result<std::vector<std::uint64_t>> checkpoints() override;
  Result<log::postgres::Change> begin_checkpoint(std::uint64_t epoch,
                                                 std::uint64_t number) override;
  Result<log::postgres::Change> add_part(std::uint64_t epoch,
                                         std::uint64_t checkpoint,
                                         std::uint32_t number,
                                         const log::postgres::StoredPart& part) override;
  Result<std::optional<log::postgres::StoredPart>> part(std::uint64_t checkpoint,
                                                        std::uint32_t number) override;
  Result<log::postgres::Change> finish_checkpoint(
      std::uint64_t epoch, const log::postgres::StoredCheckpoint& checkpoint) override;
  Result<log::postgres::Change> drop_checkpoint(std::uint64_t epoch, std::uint64_t number) override;

 private:
  using Tables = SimPostgres::Tables;
  enum class IfNothingChanges : std::uint8_t { aborts, commits };
  // What the owner of that epoch changes.
  Result<log::postgres::Change> by_owner(std::uint64_t epoch,
                                         std::function<log::postgres::Change(Tables&)> run,
                                         std::optional<Unfenced> unless = {},
                                         IfNothingChanges then = IfNothingChanges::aborts);

  SimPostgres& server_;
  std::uint64_t session_ = 0;  // 0: never connected.
};

}  // namespace mailrail::sim
