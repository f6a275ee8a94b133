// CarelessDatabase: a database between a log and a SimPostgres that answers what the log would like
// to hear when it is not known what came of an append.
//
// Stands in for a log that does not find out; only sabotage uses it.

#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "log/postgres/database.h"
#include "log/postgres/layout.h"
#include "sim/sabotage.h"

namespace mailrail::sim {

class CarelessDatabase final : public log::postgres::Database {
 public:
  using Change = log::postgres::Change;

  CarelessDatabase(std::unique_ptr<log::postgres::Database> database, Sabotage::What what)
      : database_(std::move(database)), what_(what) {}

  Result<Change> insert(const log::postgres::StoredFrame& frame,
                        const log::postgres::Predecessor& predecessor) override {
    Result<Change> change = database_->insert(frame, predecessor);
    const bool is_unknown = !change && change.error().kind == &errors::unreachable;
    if (is_unknown && what_ == Sabotage::What::takes_unknown_for_durable) return Change::done;
    if (is_unknown && what_ == Sabotage::What::moves_unknown_appends)
      return insert_behind(frame, predecessor);
    return change;
  }

  Result<void> connect() override { return database_->connect(); }
  Result<void> prepare_tables() override { return database_->prepare_tables(); }
  Result<log::Lease> lease() override { return database_->lease(); }
  Result<bool> take_over(const log::Lease& seen, const log::LogOwner& owner) override {
    return database_->take_over(seen, owner);
  }
  Result<Change> renew(std::uint64_t epoch) override { return database_->renew(epoch); }
  Result<Change> release(std::uint64_t epoch) override { return database_->release(epoch); }
  Result<std::optional<log::postgres::StoredFrame>> frame_at(Position position,
                                                             std::uint64_t epoch) override {
    return database_->frame_at(position, epoch);
  }
  Result<std::vector<log::postgres::StoredFrame>> frames_with(
      std::span<const Position> positions) override {
    return database_->frames_with(positions);
  }
  Result<log::postgres::Tail> tail(const log::postgres::Predecessor& seen,
                                   Position from,
                                   std::size_t bytes) override {
    return database_->tail(seen, from, bytes);
  }
  Result<std::vector<log::postgres::Partition>> partitions() override {
    return database_->partitions();
  }
  Result<Change> add_partition(std::uint64_t epoch, std::uint64_t number) override {
    return database_->add_partition(epoch, number);
  }
  Result<Change> drop_partition(std::uint64_t epoch, std::uint64_t number) override {
    return database_->drop_partition(epoch, number);
  }
  Result<std::optional<log::postgres::StoredCheckpoint>> checkpoint() override {
    return database_->checkpoint();
  }
  Result<std::vector<std::uint64_t>> checkpoints() override { return database_->checkpoints(); }
  Result<Change> begin_checkpoint(std::uint64_t epoch, std::uint64_t number) override {
    return database_->begin_checkpoint(epoch, number);
  }
  Result<Change> add_part(std::uint64_t epoch,
                          std::uint64_t checkpoint,
                          std::uint32_t number,
                          const log::postgres::StoredPart& part) override {
    return database_->add_part(epoch, checkpoint, number, part);
  }
  Result<std::optional<log::postgres::StoredPart>> part(std::uint64_t checkpoint,
                                                        std::uint32_t number) override {
    return database_->part(checkpoint, number);
  }
  Result<Change> finish_checkpoint(std::uint64_t epoch,
                                   const log::postgres::StoredCheckpoint& checkpoint) override {
    return database_->finish_checkpoint(epoch, checkpoint);
  }
  Result<Change> drop_checkpoint(std::uint64_t epoch, std::uint64_t number) override {
    return database_->drop_checkpoint(epoch, number);
  }

 private:
  Result<Change> insert_behind(log::postgres::StoredFrame frame,
                               const log::postgres::Predecessor& predecessor) {
    TRY(database_->connect());
    frame.position = frame.position + frame.payload.size() + log::postgres::row_overhead_bytes;
    frame.checksum = log::postgres::checksum_of(frame);
    return database_->insert(frame, predecessor);
  }

  std::unique_ptr<log::postgres::Database> database_;
  Sabotage::What what_;
};

class CarelessDatabases final : public log::postgres::Databases {
 public:
  CarelessDatabases(log::postgres::Databases& databases, const Sabotage& sabotage)
      : databases_(databases), what_(sabotage.what) {}

  std::unique_ptr<log::postgres::Database> session() override {
    return std::make_unique<CarelessDatabase>(databases_.session(), what_);
  }
  std::string name() const override { return databases_.name(); }

 private:
  log::postgres::Databases& databases_;
  const Sabotage::What what_;
};

}  // namespace mailrail::sim
