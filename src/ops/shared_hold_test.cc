// A log in a database is moved only while nobody else lives who owns it, and whatever befalls its
// sessions meanwhile.

#include "ops/shared_hold.h"

#include <memory>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/postgres/postgres_log.h"
#include "ops/directory_source.h"
#include "ops/move_log.h"
#include "ops/new_directory.h"
#include "ops/salvage_testing.h"
// NOLINTNEXTLINE(tidy-includes): only tests include this header.
#include "sim/sim_postgres.h"

namespace mailrail::ops {
namespace {

using log::PostgresLog;
using sim::SimDisk;
using sim::SimPostgres;
using testing::HasSubstr;

const log::LogOwner mover{.node = "mover", .address = {}};
const log::LogOwner server{.node = "server", .address = "10.0.0.1:4566"};

Result<std::unique_ptr<log::SharedLog>> open(SimPostgres& database) {
  return TRY(PostgresLog::open(database, {.layout = {.payload_bytes_max = 12'000}}));
}

void no_pause(Duration) {}

MakeTarget target_in(SimPostgres& database) {
  return [&]() -> Result<std::unique_ptr<TargetLog>> {
    return TRY(SharedTarget::take([&] { return open(database); }, mover, &no_pause, "The log"));
  };
}

Result<Copied> move(SimDisk& from, SimPostgres& to) {
  SeededRandom random(11);
  NoProgress progress;
  const auto source = TRY(DirectorySource::open(from, random));
  return move_log(*source, target_in(to), 2, progress);
}

Result<Copied> move(SimPostgres& from, SimDisk& to, const Pause& pause = &no_pause) {
  SeededRandom random(11);
  NoProgress progress;
  SharedSource source(TRY(open(from)), mover, pause);
  const auto make = [&]() -> Result<std::unique_ptr<TargetLog>> {
    return TRY(NewDirectory::begin(to, random, small_log, log::MadeBy::move_log));
  };
  return move_log(source, make, 2, progress);
}

std::string refusal(const Result<Copied>& moved) { return moved ? "" : moved.error().message; }

log::Lease lease_of(SimPostgres& database) {
  return (*open(database))->follow([](const log::Frame&) { return Result<void>(); })->lease;
}

// What a start says of it.
std::string refusal_of_start(SimPostgres& database, engine::Engine& engine) {
  const auto log = open(database);
  if (!log) return log.error().message;
  const auto replayed = broker::replay(**log, engine);
  return replayed ? "" : replayed.error().message;
}

// A server that has the log, and lives as long as it is renewed.
std::unique_ptr<log::SharedLog> owned(SimPostgres& database) {
  auto log = *open(database);
  const auto seen = log->follow([](const log::Frame&) { return Result<void>(); });
  EXPECT_TRUE(*log->take_over(seen->lease, server));
  return log;
}

TEST(SharedHold, MovesALogIntoADatabaseAndBack) {
  for (const Trimmed trimmed : {Trimmed::no, Trimmed::yes}) {
    ServedDirectory served(Stop::clean, trimmed);
    const std::string state = state_of(served.disk);
    SimPostgres database(1);
    SimDisk back(1, "/back");

    const auto there = move(served.disk, database);
    const auto and_back = move(database, back);

    ASSERT_TRUE(there) << there.error().message;
    ASSERT_TRUE(and_back) << and_back.error().message;
    EXPECT_EQ(there->messages, served.alive.size());
    expect_whole(back);
    EXPECT_EQ(state_of(back), state);
    EXPECT_EQ(bodies_in(back), bodies_in(served.disk));
    EXPECT_FALSE(lease_of(database).owner) << "whoever comes next need not wait";
  }
}

TEST(SharedHold, GoesOnWithTimeWhereTheOldLogEnded) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  SimPostgres database(1);
  SimDisk back(1, "/back");
  ASSERT_TRUE(move(served.disk, database));
  ASSERT_TRUE(move(database, back));
  SeededRandom random(1);

  const auto log = *log::FileLog::open(back, random, small_log);

  EXPECT_EQ(log->recovered().last_time, served.now);
}

// --- Whoever else is there.

TEST(SharedHold, LeavesAnOwnerAloneThatShowsASignOfLife) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  SimPostgres database(1);
  ASSERT_TRUE(move(served.disk, database));
  const auto owner = owned(database);
  SimDisk back(1, "/back");
  int pauses = 0;
  const auto renew = [&](Duration) {
    if (++pauses == looks_at_owner - 1) owner->renew();
  };

  const auto moved = move(database, back, renew);

  EXPECT_THAT(refusal(moved), HasSubstr("in use by server at 10.0.0.1:4566"));
  EXPECT_EQ(owner->renew().outcome, log::Outcome::durable);
  EXPECT_EQ(back.names(), std::vector<std::string>{});
}

TEST(SharedHold, WaitsUntilADeadOwnerCannotBeAlive) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  SimPostgres database(1);
  ASSERT_TRUE(move(served.disk, database));
  const auto owner = owned(database);
  SimDisk back(1, "/back");
  Duration waited{};

  const auto moved = move(database, back, [&](Duration time) { waited += time; });

  EXPECT_EQ(refusal(moved), "");
  EXPECT_EQ(waited, 4s);
  EXPECT_EQ(owner->renew().outcome, log::Outcome::fenced);
}

TEST(SharedHold, NoticesThatTheSourceWasTakenMeanwhile) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  SimPostgres database(1);
  ASSERT_TRUE(move(served.disk, database));
  SimDisk back(1, "/back");
  SeededRandom random(11);
  NoProgress progress;
  SharedSource source(*open(database), mover, &no_pause);
  std::unique_ptr<log::SharedLog> owner;
  const auto make = [&]() -> Result<std::unique_ptr<TargetLog>> {
    owner = owned(database);
    return TRY(NewDirectory::begin(back, random, small_log, log::MadeBy::move_log));
  };

  const auto moved = move_log(source, make, 2, progress);

  EXPECT_THAT(refusal(moved), HasSubstr("taken over"));
  EXPECT_THAT(ops::refusal_of_start(back), HasSubstr("unfinished"));
  EXPECT_EQ(owner->renew().outcome, log::Outcome::durable) << "it was not given back by others";
}

TEST(SharedHold, RefusesATargetThatHoldsAState) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  SimPostgres database(1);
  ASSERT_TRUE(move(served.disk, database));

  const auto again = move(served.disk, database);

  EXPECT_EQ(refusal(again), "The log is not empty. Name a log that is not there yet.");
  EXPECT_FALSE(lease_of(database).owner);
}

TEST(SharedHold, RefusesASourceThatNoServerHasBegun) {
  SimPostgres database(1);
  SimDisk back(1, "/back");

  EXPECT_THAT(refusal(move(database, back)), HasSubstr("nothing to move"));
}

// --- Bad luck.

// At every statement, of every kind: a move is done, or a start takes nothing of it for a log and
// the next move is done.
TEST(SharedHold, IsAllOrNothingWhateverBefallsTheDatabase) {
  using Mishap = SimPostgres::Mishap;
  ServedDirectory served(Stop::clean, Trimmed::yes);
  const std::string state = state_of(served.disk);
  SimPostgres lucky(1);
  ASSERT_TRUE(move(served.disk, lucky));
  const std::uint64_t statements = lucky.statements();
  std::size_t failed = 0;
  for (const Mishap mishap : {Mishap::lost_before, Mishap::lost_after, Mishap::late,
                              Mishap::restart, Mishap::fail_over, Mishap::away}) {
    for (std::uint64_t at = 1; at <= statements; ++at) {
      SCOPED_TRACE(testing::Message() << "mishap " << static_cast<int>(mishap) << " at " << at);
      SimPostgres database(at);
      bool has_met = false;
      database.meanwhile([&] {
        if (database.statements() < at || std::exchange(has_met, true)) return;
        database.inject(mishap);
      });
      const auto moved = move(served.disk, database);
      database.meanwhile({});
      database.settle();
      database.go_away(0);
      if (!moved) {
        ++failed;
        engine::Engine engine(2);
        // Perhaps it was only not compared to its end.
        const bool is_log = refusal_of_start(database, engine).empty() && engine.is_founded();
        ASSERT_EQ(is_log ? "" : refusal(move(served.disk, database)), "");
      }
      SimDisk back(1, "/back");
      ASSERT_EQ(refusal(move(database, back)), "");
      ASSERT_EQ(state_of(back), state);
    }
  }
  EXPECT_GT(failed, 0u);
}

}  // namespace
}  // namespace mailrail::ops
