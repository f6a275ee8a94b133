// The log over a modelled PostgreSQL that meets with a mishap at a certain moment; any moment is
// what the simulation is for.

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "log/log_testing.h"
#include "log/postgres/postgres_log.h"
#include "sim/sim_postgres.h"

namespace mailrail::log {
namespace {

using sim::SimPostgres;
using Mishap = SimPostgres::Mishap;

Lease follow(PostgresLog& log) {
  const auto followed = log.follow([](const Frame&) { return Result<void>(); });
  EXPECT_TRUE(followed);
  return followed->lease;
}

std::unique_ptr<PostgresLog> open_as_owner(SimPostgres& database, const std::string& node) {
  auto log = *PostgresLog::open(database);
  EXPECT_EQ(log->take_over(follow(*log), {.node = node, .address = "here"}), true);
  follow(*log);
  return log;
}

TEST(BadLuck, AnAppendIsDurableOnceWhateverBecameOfItsFirstAnswer) {
  for (const Mishap mishap : {Mishap::lost_before, Mishap::lost_after, Mishap::late,
                              Mishap::restart, Mishap::fail_over}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      SimPostgres database(seed);
      const auto log = open_as_owner(database, "one");
      const Frame first = append(*log, 0, 100);
      database.inject(mishap);

      const Frame second = append(*log, 1, 100);

      database.settle();
      database.fail_over();
      expect_same(scan(**PostgresLog::open(database)), {first, second});
    }
  }
}

TEST(BadLuck, ATakeOverIsKnownToBeDurableBeforeItIsBelieved) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SimPostgres database(seed);
    const auto log = *PostgresLog::open(database);
    const Lease seen = follow(*log);
    database.inject(Mishap::lost_after);
    ASSERT_EQ(log->take_over(seen, {.node = "one", .address = "here"}), true);

    database.fail_over();

    EXPECT_EQ(follow(**PostgresLog::open(database)).epoch, log->epoch());
  }
}

TEST(BadLuck, ATakeOverThatFailedCanBeTriedAgain) {
  SimPostgres database(1);
  const auto log = *PostgresLog::open(database);
  const Lease seen = follow(*log);
  int moments =
      0;  // Since it is taken over: before that is answered, and before the next statement.
  database.meanwhile([&] {
    if (database.newest_epoch() == 1 && ++moments == 2) database.go_away(9);
  });

  const Result<bool> failed = log->take_over(seen, {.node = "one", .address = "here"});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, &errors::unreachable);
  while (!log->follow([](const Frame&) { return Result<void>(); })) {
  }

  EXPECT_EQ(log->take_over(follow(*log), {.node = "one", .address = "here"}), true);
  append(*log, 0, 100);
}

}  // namespace
}  // namespace mailrail::log
