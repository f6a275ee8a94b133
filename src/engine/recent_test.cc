#include "engine/recent.h"

#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

constexpr Instant noon = from_unix_ms(1'700'000'000'000);

QueueName name_of(const std::string& name) { return {.region = "r", .account = "a", .name = name}; }

TEST(Recent, KnowsWhatHappenedWithinAMinute) {
  Recent<QueueName> recent;
  recent.remember(name_of("q"), noon);

  EXPECT_TRUE(recent.has(name_of("q"), noon));
  EXPECT_TRUE(recent.has(name_of("q"), noon + 59'999ms));
  EXPECT_FALSE(recent.has(name_of("q"), noon + 60s));
  EXPECT_FALSE(recent.has(name_of("other"), noon));
}

TEST(Recent, CountsFromTheLastTimeWhateverOrderTheTimesAreToldIn) {
  Recent<QueueName> recent;
  recent.remember(name_of("q"), noon + 30s);
  recent.remember(name_of("q"), noon);
  recent.remember(name_of("q"), noon + 30s);

  EXPECT_TRUE(recent.has(name_of("q"), noon + 80s));
  EXPECT_EQ(recent.in_order().size(), 1u);
}

TEST(Recent, ForgetsWhatIsTooOldAndTakesNoMemoryThen) {
  Recent<QueueName> recent;
  recent.remember(name_of(std::string(80, 'a')), noon);
  recent.remember(name_of(std::string(80, 'b')), noon + 1s);
  const std::uint64_t both = recent.memory_bytes();

  recent.forget(noon + 60s);
  EXPECT_EQ(recent.memory_bytes(), both / 2);
  recent.forget(noon + 61s);
  EXPECT_EQ(recent.memory_bytes(), 0u);
}

TEST(Recent, ForgetsTheOldestFirstWhereThereAreTooMany) {
  Recent<QueueId> recent;
  for (std::uint32_t i = 0; i <= recent_max; ++i)
    recent.remember(QueueId(i + 1), noon + Duration(i / 1000));

  EXPECT_EQ(recent.in_order().size(), recent_max);
  EXPECT_FALSE(recent.has(QueueId(1), noon));
  EXPECT_TRUE(recent.has(QueueId(2), noon));
}

class Strict : public EngineTest {
 protected:
  // What a server would know that starts from the facts so far.
  void replay(Engine& strict) {
    ASSERT_TRUE(decode_facts(facts.payload(), [&](const Fact& fact, FactPlace place) {
      strict.apply(fact, Body{.position = facts.position() + place.offset, .length = place.length});
    }));
  }
};

TEST_F(Strict, AQueueIsPurgedOnceAMinuteAlsoAfterAReplay) {
  const QueueId queue = create("q");
  EXPECT_EQ(engine.purge_queue(turn, queue), PurgeResult::done);
  EXPECT_EQ(engine.purge_queue(turn, queue), PurgeResult::done);  // Nobody asked to be strict.
  Engine strict(3, Strictness::aws);
  replay(strict);

  FactWriter later(facts.end());
  Turn next{.now = turn.now + 59'999ms, .random = random, .facts = later};
  EXPECT_EQ(strict.purge_queue(next, queue), PurgeResult::too_soon);
  next.now += 1ms;
  EXPECT_EQ(strict.purge_queue(next, queue), PurgeResult::done);
  EXPECT_EQ(strict.purge_queue(next, queue), PurgeResult::too_soon);
}

TEST_F(Strict, ANameIsFreeAMinuteAfterItsQueueWasDeletedAlsoAfterAReplay) {
  const QueueName name = engine.find_queue(create("q"))->name;
  engine.delete_queue(turn, engine.find_queue(name)->id);
  EXPECT_FALSE(engine.is_deleted_recently(name, turn.now));  // Nobody asked to be strict.
  Engine strict(3, Strictness::aws);
  replay(strict);

  EXPECT_TRUE(strict.is_deleted_recently(name, turn.now + 59'999ms));
  EXPECT_FALSE(strict.is_deleted_recently(name, turn.now + 60s));
  EXPECT_FALSE(strict.is_deleted_recently(name_of("other"), turn.now));
}

TEST_F(Strict, ACheckpointKnowsWhatWasPurgedAndDeleted) {
  const QueueId kept = create("kept");
  engine.purge_queue(turn, kept);
  for (int i = 0; i < 200; ++i) engine.delete_queue(turn, create("q" + std::to_string(i)));
  Sweep sweep = engine.begin_sweep();
  Engine strict(3, Strictness::aws);
  while (const std::optional<CheckpointRun> run = engine.sweep(sweep)) {
    ASSERT_TRUE(decode_records(run->payload,
                               [&](const CheckpointRecord& record) { strict.restore(record); }));
  }

  turn.now += 59'999ms;
  EXPECT_EQ(strict.state_hash(turn.now), engine.state_hash(turn.now));
  EXPECT_EQ(strict.purge_queue(turn, kept), PurgeResult::too_soon);
  for (int i = 0; i < 200; ++i)
    EXPECT_TRUE(strict.is_deleted_recently(name_of("q" + std::to_string(i)), turn.now));
}

TEST_F(Strict, WhatWasPurgedIsPartOfTheState) {
  const QueueId queue = create("q");
  const std::uint64_t before = engine.state_hash(turn.now);
  engine.purge_queue(turn, queue);
  const std::uint64_t after = engine.state_hash(turn.now);

  EXPECT_NE(after, before);
  EXPECT_NE(engine.state_hash(turn.now + 60s), after);
}

TEST(OldLog, TellsNoTimeOfAPurgeOrADeletion) {
  const std::string old("\x02\x04\x07\x03\x05\x07\x09", 7);  // Without the field at the end.
  std::vector<Instant> times;
  ASSERT_TRUE(decode_facts(old, [&](const Fact& fact, FactPlace) {
    if (const auto* deleted = std::get_if<QueueDeleted>(&fact)) times.push_back(deleted->at);
    if (const auto* purged = std::get_if<Purged>(&fact)) {
      EXPECT_EQ(purged->below_seq, Seq(9));
      times.push_back(purged->at);
    }
  }));

  EXPECT_EQ(times, (std::vector<Instant>{Instant{}, Instant{}}));
}

}  // namespace
}  // namespace mailrail::engine
