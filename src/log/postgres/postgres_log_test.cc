// The log in a real PostgreSQL: the conformance suite, and what only a log has that several
// processes can open.

#include "log/postgres/postgres_log.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include "log/conformance_testing.h"
#include "log/postgres/libpq_databases.h"
#include "log/postgres/server_testing.h"
#include "sim/sim_disk.h"

namespace mailrail::log {
namespace {

using postgres::LibpqDatabases;
using postgres::TestServer;

constexpr PostgresLogOptions small{
    .layout = {.partition_bytes = 96 << 10, .payload_bytes_max = 20'000}};

// One log in the server's database, each test its own.
class Place {
 public:
  // A test that wants it shorter says so before it opens.
  std::chrono::milliseconds connect_patience = std::chrono::seconds(20);

  explicit Place(const PostgresLogOptions& options = {}) : options_(options) {
    static int count = 0;
    name_ = fmt::format("test_{}", ++count);
  }

  std::unique_ptr<PostgresLog> open_to_follow() {
    databases_.push_back(*LibpqDatabases::open(
        {.url = server().url(), .name = name_, .connect_patience = connect_patience}));
    return *PostgresLog::open(*databases_.back(), options_);
  }

  std::unique_ptr<PostgresLog> open() {
    auto log = open_to_follow();
    own(*log, "node");
    return log;
  }

  static void own(PostgresLog& log, const std::string& node) {
    const auto ignore = [](const Frame&) { return Result<void>(); };
    const Result<Followed> before = log.follow(ignore);
    ASSERT_TRUE(before) << before.error().message;
    ASSERT_EQ(log.take_over(before->lease, {.node = node, .address = "127.0.0.1:1"}), true);
    for (;;) {
      const Result<Followed> followed = log.follow(ignore);
      ASSERT_TRUE(followed) << followed.error().message;
      ASSERT_FALSE(followed->is_void);
      if (followed->behind == 0) return;
    }
  }

  std::string ask(const std::string& statement) const {
    return server().ask(fmt::format("set search_path = mailrail_{}; {}", name_, statement));
  }
  const std::string& name() const { return name_; }
  static TestServer& server() { return *TestServer::shared(); }

 private:
  const PostgresLogOptions options_;
  std::string name_;
  std::vector<std::unique_ptr<LibpqDatabases>> databases_;  // They outlive the logs.
};

struct PostgresStores {
  std::unique_ptr<LogStore> open() { return place.open(); }
  std::size_t payload_bytes_max() const { return frame_bytes_max; }

  Place place;
};

// Partitions so small that many are made and dropped.
struct SmallPostgresStores {
  std::unique_ptr<LogStore> open() { return place.open(); }
  std::size_t payload_bytes_max() const { return small.layout.payload_bytes_max; }

  Place place{small};
};

class InPostgres : public testing::Test {
 protected:
  void SetUp() override {
    if (TestServer::shared() == nullptr) GTEST_SKIP() << "PostgreSQL is not installed.";
  }
};

Result<Followed> follow(PostgresLog& log, std::vector<Frame>& frames) {
  return log.follow([&](const Frame& each) -> Result<void> {
    frames.push_back(each);
    return {};
  });
}

using AllStores = testing::Types<PostgresStores, SmallPostgresStores>;
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, EveryLogStore, AllStores);

TEST_F(InPostgres, ADeposedOwnerCanNeverAppendAgain) {
  Place place;
  const auto older = place.open();
  append(*older, 0, 100);
  const auto newer = place.open();

  EXPECT_EQ(older->append(make_frame(older->next_position(), 1, 10)).outcome, Outcome::fenced);
  append(*newer, 1, 200);
  EXPECT_EQ(older->append(make_frame(older->next_position(), 1, 10)).outcome, Outcome::fenced);
  EXPECT_EQ(older->renew().outcome, Outcome::fenced);
  EXPECT_EQ(newer->renew().outcome, Outcome::durable);
  EXPECT_EQ(scan(*newer)->size(), 2u);
}

TEST_F(InPostgres, ADeposedOwnerCanNeitherCheckpointNorTrim) {
  Place place(small);
  const auto older = place.open();
  for (std::size_t i = 0; i < 30; ++i) append(*older, i, 10'000);
  ASSERT_TRUE(older->begin_checkpoint());
  ASSERT_TRUE(older->write_checkpoint("part", 7));
  const Position end = older->next_position();
  const auto newer = place.open();

  EXPECT_FALSE(older->write_checkpoint("part", 7));
  EXPECT_FALSE(
      older->finish_checkpoint({.span = {.begin = end, .end = end, .time = noon}, .needed = end}));

  EXPECT_EQ(scan(*newer)->size(), 30u);
  EXPECT_EQ(place.open()->checkpoint(), std::nullopt);
}

TEST_F(InPostgres, ATakeOverFailsIfTheLeaseHasChanged) {
  Place place;
  const auto one = place.open_to_follow();
  const auto two = place.open_to_follow();
  std::vector<Frame> frames;
  const Lease seen = follow(*one, frames)->lease;

  EXPECT_EQ(two->take_over(seen, {.node = "two", .address = "h:2"}), true);
  EXPECT_EQ(one->take_over(seen, {.node = "one", .address = "h:1"}), false);

  const Lease now = follow(*one, frames)->lease;
  EXPECT_EQ(now.epoch, seen.epoch + 1);
  EXPECT_EQ(now.owner, (LogOwner{.node = "two", .address = "h:2"}));
}

TEST_F(InPostgres, GivesTheLogBackWhenItIsClosed) {
  Place place;
  const auto owner = place.open();
  const auto follower = place.open_to_follow();
  std::vector<Frame> frames;
  ASSERT_TRUE(follow(*follower, frames)->lease.owner);

  ASSERT_TRUE(owner->close());

  EXPECT_EQ(follow(*follower, frames)->lease.owner, std::nullopt);
}

TEST_F(InPostgres, AFollowerSeesWhatTheOwnerAppendsAndThatItLives) {
  Place place(small);
  const auto owner = place.open();
  const auto follower = place.open_to_follow();
  std::vector<Frame> written;
  std::vector<Frame> seen;
  for (std::size_t i = 0; i < 100; ++i) {
    written.push_back(append(*owner, i, 1 + i * 131 % 20'000));
    for (std::uint64_t behind = i % 7 == 0 ? 1 : 0; behind > 0;) {
      const Result<Followed> followed = follow(*follower, seen);
      ASSERT_TRUE(followed) << followed.error().message;
      EXPECT_FALSE(followed->is_void);
      EXPECT_EQ(followed->log_end, owner->next_position());
      behind = followed->behind;
    }
  }
  const std::uint64_t beats = follow(*follower, seen)->lease.beats;
  ASSERT_EQ(owner->renew().outcome, Outcome::durable);

  EXPECT_EQ(follow(*follower, seen)->lease.beats, beats + 1);
  expect_same(seen, written);
}

TEST_F(InPostgres, AFollowerBeginsAgainWhenWhatItWantsWasTrimmed) {
  Place place(small);
  const auto owner = place.open();
  append(*owner, 0, 100);
  const auto follower = place.open_to_follow();
  std::vector<Frame> frames;
  ASSERT_FALSE(follow(*follower, frames)->is_void);
  for (std::size_t i = 1; i < 40; ++i) append(*owner, i, 10'000);
  write_checkpoint(*owner, 2, 100);
  finish_checkpoint(*owner, owner->next_position(), owner->next_position(), owner->next_position());
  trim(*owner);
  append(*owner, 40, 100);

  EXPECT_TRUE(follow(*follower, frames)->is_void);
  const auto again = place.open_to_follow();
  EXPECT_EQ(read_checkpoint(*again).size(), 2u);
  EXPECT_EQ(scan(*again)->size(), 1u);
  EXPECT_FALSE(follow(*again, frames)->is_void);
}

// As when a standby is promoted that did not have everything.
TEST_F(InPostgres, NoticesThatTheDatabaseLostAFrame) {
  Place place;
  const auto owner = place.open();
  const auto follower = place.open_to_follow();
  append(*owner, 0, 100);
  append(*owner, 1, 100);
  std::vector<Frame> frames;
  ASSERT_FALSE(follow(*follower, frames)->is_void);

  place.ask("delete from log where position = (select max(position) from log)");

  EXPECT_TRUE(follow(*follower, frames)->is_void);
  const Appended appended = owner->append(make_frame(owner->next_position(), 2, 10));
  EXPECT_EQ(appended.outcome, Outcome::failed);
  EXPECT_NE(appended.reason.find("not in the database any more"), std::string::npos)
      << appended.reason;
  expect_same(scan(*place.open()), {frames[0]});
}

TEST_F(InPostgres, RefusesAFrameThatWasChanged) {
  Place place;
  const Frame frame = append(*place.open(), 0, 100);
  place.ask("update log set data = overlay(data placing '\\x00'::bytea from 50)");

  const auto log = place.open_to_follow();
  const auto scanned = scan(*log);
  const auto read = log->read(frame.position, 10);

  ASSERT_FALSE(scanned);
  EXPECT_EQ(scanned.error().kind, &errors::corrupt);
  EXPECT_NE(scanned.error().message.find("checksum"), std::string::npos);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, &errors::corrupt);
}

TEST_F(InPostgres, GoesOnAfterTheServerWasKilledAndStartedAgain) {
  Place place;
  const auto log = place.open();
  std::vector<Frame> frames{append(*log, 0, 100)};
  Place::server().kill();
  std::thread starts([] { Place::server().start(); });

  frames.push_back(append(*log, 1, 100));
  starts.join();

  EXPECT_EQ(log->read(frames[0].position, 100), frames[0].payload);
  expect_same(scan(*log), frames);
}

TEST_F(InPostgres, AnAppendFailsWhenTheServerStaysAway) {
  Place place;
  place.connect_patience = std::chrono::milliseconds(300);
  const auto log = place.open();
  append(*log, 0, 100);
  auto databases = *LibpqDatabases::open({.url = Place::server().url(),
                                          .name = place.name(),
                                          .connect_patience = place.connect_patience});
  Place::server().kill();

  const Appended appended = log->append(make_frame(log->next_position(), 1, 10));
  const auto opened = PostgresLog::open(*databases);
  Place::server().start();

  EXPECT_EQ(appended.outcome, Outcome::failed);
  EXPECT_EQ(log->append(make_frame(log->next_position(), 1, 10)).outcome, Outcome::failed);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, &errors::unreachable);
  EXPECT_EQ(scan(*place.open())->size(), 1u);
}

TEST_F(InPostgres, SeveralLogsAreApart) {
  Place one;
  Place two;
  const Frame frame = append(*one.open(), 0, 100);

  expect_same(scan(*two.open()), {});
  expect_same(scan(*one.open()), {frame});
}

TEST_F(InPostgres, DoesNotWaitForABackupToDropAPartition) {
  Place place(small);
  const auto log = place.open();
  for (std::size_t i = 0; i < 40; ++i) append(*log, i, 10'000);
  write_checkpoint(*log, 1, 100);
  finish_checkpoint(*log, log->next_position(), log->next_position(), log->next_position());
  const std::uint64_t before = log->space().log_bytes;
  PGconn* const backup = PQconnectdb(Place::server().url().c_str());
  PQclear(PQexec(backup,
                 fmt::format("begin; select count(*) from mailrail_{}.log", place.name()).c_str()));

  trim(*log);
  EXPECT_EQ(log->space().log_bytes, before);
  append(*log, 40, 100);
  PQfinish(backup);
  trim(*log);

  EXPECT_LT(log->space().log_bytes, before);
}

TEST_F(InPostgres, KeepsItsPromiseWhereTheDatabaseWouldRatherNot) {
  Place place;
  Place::server().ask("alter database postgres set synchronous_commit = off");
  Place::server().ask("alter database postgres set default_transaction_isolation = serializable");

  const auto log = place.open();
  append(*log, 0, 100);

  Place::server().ask("alter database postgres reset all");
  EXPECT_EQ(scan(*log)->size(), 1u);
}

// Whoever cancels a commit that waits for the standby makes PostgreSQL answer that it is done.
TEST_F(InPostgres, TakesNoCommitForDurableWhoseWaitForTheStandbyWasCancelled) {
  Place place;
  const auto log = place.open();
  Place::server().ask("alter system set synchronous_standby_names = 'nobody'");
  Place::server().ask("select pg_reload_conf()");
  Place::server().await("current_setting('synchronous_standby_names') = 'nobody'");
  std::thread appending([&] { append(*log, 0, 100); });

  const std::string waiting = " from pg_stat_activity where wait_event = 'SyncRep'";
  Place::server().await("(select count(*) = 1" + waiting + ")");
  const std::string first = Place::server().ask("select pid" + waiting);
  Place::server().ask("select pg_cancel_backend(" + first + ")");
  Place::server().await("(select count(*) = 1" + waiting + " and pid <> " + first + ")");

  Place::server().ask("alter system reset synchronous_standby_names");
  Place::server().ask("select pg_reload_conf()");
  appending.join();
  EXPECT_EQ(scan(*log)->size(), 1u);
}

TEST_F(InPostgres, FindsTheServerBehindOneThatDoesNotAnswer) {
  const postgres::SilentServer silent;
  const std::string url = Place::server().url();
  const std::string host = "127.0.0.1:" + url.substr(url.rfind(':') + 1);
  const auto databases = LibpqDatabases::open(
      {.url =
           fmt::format("postgres://postgres@127.0.0.1:{0},127.0.0.1:{0},{1}", silent.port(), host),
       .name = "behind",
       .connect_patience = std::chrono::seconds(2)});

  const auto log = PostgresLog::open(**databases);

  EXPECT_TRUE(log) << log.error().message;
}

void expect_refused(const std::string& name, const std::string& why) {
  const auto databases = LibpqDatabases::open({.url = Place::server().url(), .name = name});
  const auto log = PostgresLog::open(**databases);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().kind, &errors::unusable);
  EXPECT_NE(log.error().message.find(why), std::string::npos) << log.error().message;
}

TEST_F(InPostgres, RefusesAServerThatDoesNotSync) {
  Place::server().kill();
  Place::server().start({"-c", "fsync=off"});
  expect_refused("unsynced", "fsync");
  Place::server().kill();
  Place::server().start();
}

TEST_F(InPostgres, SaysWhichPrivilegeItsRoleLacks) {
  Place::server().ask("create role guest login; revoke create on database postgres from public");
  const std::string url = Place::server().url();
  const auto databases = LibpqDatabases::open(
      {.url = "postgres://guest" + url.substr(url.find('@')), .name = "guests"});

  const auto log = PostgresLog::open(**databases);

  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().kind, &errors::unusable);
  EXPECT_NE(log.error().message.find("create schemas"), std::string::npos) << log.error().message;
}

TEST_F(InPostgres, RefusesTablesOfANewerVersion) {
  Place place;
  place.open();
  place.ask("update about set version = 99");

  expect_refused(place.name(), "version 99");
}

TEST_F(InPostgres, RefusesALogWhoseLeaseIsGone) {
  Place place;
  const auto log = place.open();
  place.ask("delete from lease");

  const Result<Followed> followed =
      place.open_to_follow()->follow([](const Frame&) { return Result<void>(); });

  ASSERT_FALSE(followed);
  EXPECT_EQ(followed.error().kind, &errors::unusable);
  EXPECT_NE(followed.error().message.find("lease"), std::string::npos) << followed.error().message;
}

// Somebody is restoring it, or has dropped it by mistake.
TEST_F(InPostgres, MakesNoEmptyLogInPlaceOfOneThatItHasSeen) {
  const auto databases = LibpqDatabases::open({.url = Place::server().url(), .name = "seen"});
  ASSERT_TRUE(PostgresLog::open(**databases));
  Place::server().ask("drop schema mailrail_seen cascade");

  const auto log = PostgresLog::open(**databases);

  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().kind, &errors::unusable);
  EXPECT_EQ(Place::server().ask("select to_regclass('mailrail_seen.lease') is null"), "t");
}

TEST_F(InPostgres, TakesAReadOnlyServerForOneThatIsNotPromotedYet) {
  Place::server().ask("alter database postgres set default_transaction_read_only = on");
  const auto databases = LibpqDatabases::open(
      {.url = Place::server().url(), .connect_patience = std::chrono::milliseconds(300)});

  const auto log = PostgresLog::open(**databases);

  Place::server().ask("begin read write; alter database postgres reset all; commit");
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().kind, &errors::unreachable);
}

TEST_F(InPostgres, WarnsWhenConnectionsComeNearTheirLimit) {
  Place place;
  const auto log = place.open();
  EXPECT_EQ(log->warnings().size(), 0u);
  std::vector<PGconn*> others(22);
  for (PGconn*& each : others) each = PQconnectdb(Place::server().url().c_str());

  const std::vector<std::string> near = log->warnings();

  for (PGconn* each : others) PQfinish(each);
  ASSERT_EQ(near.size(), 1u);
  EXPECT_NE(near[0].find("connections of at most 27"), std::string::npos) << near[0];
}

TEST(LibpqDatabases, RefusesWhatCanNotBeMeant) {
  const auto refusal = [](const postgres::DatabaseOptions& options) {
    const auto opened = LibpqDatabases::open(options);
    return opened ? "" : opened.error().message;
  };

  EXPECT_NE(refusal({.url = "postgres://u:secret@h/d"}).find("PGPASSFILE"), std::string::npos);
  EXPECT_EQ(refusal({.url = "postgres://u:secret@h/d"}).find("secret"), std::string::npos);
  EXPECT_NE(refusal({.url = "postgres://h/d?password=secret"}).find("PGPASSFILE"),
            std::string::npos);
  EXPECT_NE(refusal({.url = "postgres://h/d?sslpassword=secret"}).find("PGPASSFILE"),
            std::string::npos);
  EXPECT_NE(refusal({.url = ""}).find("postgres://HOST/DATABASE"), std::string::npos);
  EXPECT_NE(refusal({.url = "host=h dbname=d"}).find("postgres://HOST"), std::string::npos);
  EXPECT_NE(refusal({.url = "postgres://h/d?nonsense=1"}).find("nonsense"), std::string::npos);
  EXPECT_NE(refusal({.url = "postgres://h/d", .name = "Upper"}).find("\"Upper\""),
            std::string::npos);
  EXPECT_NE(refusal({.url = "postgres://h/d", .name = ""}).find("1 to 40"), std::string::npos);
  EXPECT_NE(refusal({.url = "postgres://h/d", .password_file = "/nowhere"}).find("/nowhere"),
            std::string::npos);
  EXPECT_EQ(refusal({.url = "postgres://u@h:6000,i/d?sslmode=verify-full"}), "");
}

}  // namespace
}  // namespace mailrail::log
