#include "ops/verify_store.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/postgres/postgres_log.h"
#include "ops/copy_log.h"
#include "ops/ops_testing.h"
#include "ops/state_writer.h"
// NOLINTNEXTLINE(tidy-includes): only tests include this header.
#include "sim/sim_postgres.h"

namespace mailrail::ops {
namespace {

using log::PostgresLog;
using sim::SimPostgres;
using testing::HasSubstr;

Result<void> ignore(const log::Frame&) { return {}; }
void no_pause(Duration) {}

std::unique_ptr<PostgresLog> open(SimPostgres& database) {
  return *PostgresLog::open(database, {.layout = {.payload_bytes_max = 12'000}});
}

std::unique_ptr<PostgresLog> owned(SimPostgres& database) {
  auto log = open(database);
  const auto seen = log->follow(&ignore);
  EXPECT_TRUE(*log->take_over(seen->lease, {.node = "server", .address = "10.0.0.1:4566"}));
  return log;
}

Result<VerifiedStore> verified(SimPostgres& database, const Pause& pause = &no_pause) {
  const auto log = open(database);
  NoProgress progress;
  return verify(*log, 1, pause, progress);
}

// Holds what a server leaves behind, and one message more that came later.
void fill(ServedDirectory& served, SimPostgres& database) {
  const auto log = owned(database);
  SmallServer source(served.disk);
  const auto step = [](std::uint64_t) { return Result<void>(); };
  ASSERT_TRUE(
      copy_log({.engine = source.engine(), .log = source.log()}, *log, {.time = served.now}, step));
  engine::Engine engine(2);
  ASSERT_TRUE(broker::replay(*open(database), engine));
  SeededRandom random(4);
  engine::FactWriter facts(log->next_position());
  engine::Turn turn{.now = served.now, .random = random, .facts = facts};
  engine.send(turn, {.queue = QueueId(1), .record = "later"});
  ASSERT_EQ(log->append({.position = facts.position(),
                         .time = served.now,
                         .count = facts.count(),
                         .payload = facts.take_payload()})
                .outcome,
            log::Outcome::durable);
  ASSERT_TRUE(log->close());
}

TEST(VerifyStore, CallsAWholeLogWhole) {
  ServedDirectory served(Stop::clean, Trimmed::yes);
  SimPostgres database(1);
  fill(served, database);

  const auto result = verified(database);

  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->is_whole()) << text_of(*result, "log");
  EXPECT_EQ(result->frames, 1u);
  EXPECT_EQ(result->queues, 6u);
  EXPECT_EQ(result->messages, served.alive.size() + 1);
  EXPECT_THAT(text_of(*result, "log"), HasSubstr("Whole: every message can be read"));
}

TEST(VerifyStore, ChangesNothing) {
  ServedDirectory served(Stop::clean, Trimmed::yes);
  SimPostgres database(1);
  fill(served, database);
  const log::Lease before = open(database)->follow(&ignore)->lease;

  ASSERT_TRUE(verified(database));

  EXPECT_EQ(open(database)->follow(&ignore)->lease, before);
}

// One message whose body is not where its record says, one that is marked as damaged.
TEST(VerifyStore, NamesEachMessageThatCannotBeRead) {
  SimPostgres database(1);
  {
    const auto log = owned(database);
    StateWriter writer(*log, {.time = from_unix_ms(1'700'000'000'000)});
    ASSERT_TRUE(writer.begin({.last_seq = Seq(2), .last_queue = QueueId(1)}));
    ASSERT_TRUE(writer.add_record(engine::KeptQueue{
        .queue = QueueId(1), .name = {.region = "r", .account = "a", .name = "q"}}));
    engine::KeptMessage message{.seq = Seq(1), .body = {.length = 20}};
    message.body = writer.no_body(message);
    engine::KeptMessage damaged = message;
    damaged.seq = Seq(2);
    damaged.is_damaged = true;
    ASSERT_TRUE(writer.add_record(
        engine::KeptMessages{.queue = QueueId(1), .messages = {message, damaged}}));
    ASSERT_TRUE(writer.add_record(engine::SweptQueue{.queue = QueueId(1), .through = Seq(2)}));
    ASSERT_TRUE(writer.finish());
    ASSERT_TRUE(log->close());
  }

  const auto result = verified(database);

  ASSERT_TRUE(result) << result.error().message;
  const std::string text = text_of(*result, "log");
  EXPECT_EQ(result->findings.count, 2u) << text;
  EXPECT_THAT(text, HasSubstr("instead of message 10000000000000000001 of queue q there is"));
  EXPECT_THAT(text, HasSubstr("message 10000000000000000002 of queue q is marked as damaged"));
}

TEST(VerifyStore, FindsWhatAStartRefuses) {
  SimPostgres database(1);
  {
    const auto log = owned(database);
    std::string payload;
    engine::encode_fact(engine::QueueDeleted{.queue = QueueId(1)}, payload);
    ASSERT_EQ(log->append({.position = log->next_position(),
                           .time = from_unix_ms(1'700'000'000'000),
                           .count = 1,
                           .payload = payload})
                  .outcome,
              log::Outcome::durable);
    ASSERT_TRUE(log->close());
  }

  const auto result = verified(database);

  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->findings.count, 1u);
  EXPECT_THAT(text_of(*result, "log"), HasSubstr("nothing comes before a log's founding"));
}

TEST(VerifyStore, RefusesALogThatIsEmptyOrInUse) {
  SimPostgres database(1);
  EXPECT_THAT(verified(database).error().message, HasSubstr("nothing to verify"));

  ServedDirectory served(Stop::clean, Trimmed::yes);
  fill(served, database);
  const auto owner = owned(database);
  const auto in_use = verified(database, [&](Duration) { owner->renew(); });

  ASSERT_FALSE(in_use);
  EXPECT_THAT(in_use.error().message, HasSubstr("in use by server at 10.0.0.1:4566"));
}

}  // namespace
}  // namespace mailrail::ops
