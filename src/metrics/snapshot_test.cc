#include "metrics/snapshot.h"

#include <string>

#include <gtest/gtest.h>

namespace mailrail::metrics {
namespace {

class SnapshotTest : public testing::Test {
 protected:
  SnapshotTest() { engine.found(turn); }

  QueueId create(const std::string& name, engine::QueueAttributes attributes = {}) {
    attributes.is_fifo = name.ends_with(".fifo");
    return engine.create_queue(turn, {.region = "r", .account = "a", .name = name}, attributes, {});
  }

  void send(QueueId queue, const std::string& body) {
    engine.send(turn, {.queue = queue, .group = "g", .deduplication_id = body, .record = body});
  }

  Snapshot snapshot(Detail detail = {}) {
    SnapshotTaker taker(std::move(detail));
    steps = 1;
    while (!taker.step(engine, traffic, turn.now)) ++steps;
    return taker.take();
  }

  SeededRandom random{7};
  engine::Engine engine{1};
  broker::Traffic traffic{engine};
  engine::FactWriter facts{Position(4096), &traffic};
  engine::Turn turn{.now = from_unix_ms(1'700'000'000'000), .random = random, .facts = facts};
  std::size_t steps = 0;
};

TEST_F(SnapshotTest, TellsEachQueueInTheOrderOfNames) {
  const QueueId second = create("b.fifo");
  create("a");
  send(second, "x");
  send(second, "y");
  engine.receive(turn, {.queue = second, .count_max = 1});
  turn.now += 5s;

  const Snapshot taken = snapshot();
  ASSERT_EQ(taken.queues.size(), 2u);
  EXPECT_EQ(taken.queues[0].name.name, "a");
  EXPECT_FALSE(taken.queues[0].oldest_age.has_value());
  const QueueNumbers& queue = taken.queues[1];
  EXPECT_EQ(queue.counts.in_flight, 1u);
  EXPECT_EQ(queue.counts.visible, 1u);
  EXPECT_EQ(queue.counts.conversations_blocked, 1u);
  EXPECT_EQ(queue.oldest_age, Duration(5s));
  EXPECT_EQ(queue.oldest_undelivered_age, Duration(5s));
  EXPECT_EQ(queue.traffic.sent, 2u);
  EXPECT_EQ(queue.traffic.received, 1u);
  EXPECT_EQ(taken.counts.visible, 1u);
  EXPECT_EQ(taken.queue_count, 2u);
  EXPECT_EQ(taken.queue_traffic.sent, 2u);
}

TEST_F(SnapshotTest, TellsHowFullABoundedQueueIs) {
  const QueueId bounded =
      engine.create_queue(turn, {.region = "r", .account = "a", .name = "b"}, {},
                          {{"mailrail:max-messages", "4"}, {"mailrail:max-bytes", "1MB"}});
  create("unbounded");
  for (const char* each : {"x", "y", "z"}) send(bounded, each);

  const Snapshot taken = snapshot();
  ASSERT_TRUE(taken.queues[0].quota_ratio.has_value());
  EXPECT_DOUBLE_EQ(*taken.queues[0].quota_ratio, 0.75);
  EXPECT_FALSE(taken.queues[1].quota_ratio.has_value());
}

TEST_F(SnapshotTest, TellsTopics) {
  engine.create_topic(turn, {.region = "r", .account = "a", .name = "t"}, {}, {});

  const Snapshot taken = snapshot();
  ASSERT_EQ(taken.topics.size(), 1u);
  EXPECT_EQ(taken.topics[0].name.name, "t");
  EXPECT_EQ(taken.topic_count, 1u);
}

TEST_F(SnapshotTest, TellsNoneOneByOneWhereThereAreTooMany) {
  for (const char* name : {"a", "b", "c"}) send(create(name), "x");

  const Snapshot taken = snapshot({.count_max = 2});
  EXPECT_TRUE(taken.queues.empty());
  EXPECT_EQ(taken.queues_omitted, 3u);
  EXPECT_EQ(taken.counts.visible, 3u);
}

TEST_F(SnapshotTest, TellsTheFirstOfThoseThatAPatternMeans) {
  for (const char* name : {"chat-1", "chat-2", "chat-3", "orders"}) create(name);

  const Snapshot taken =
      snapshot({.names = "chat-*", .overflow = Detail::Overflow::first_are_told, .count_max = 2});
  ASSERT_EQ(taken.queues.size(), 2u);
  EXPECT_EQ(taken.queues[1].name.name, "chat-2");
  EXPECT_EQ(taken.queues_omitted, 1u);
}

TEST_F(SnapshotTest, SumsUpWhatIsNotTold) {
  send(create("q"), "x");
  turn.now += 7s;

  const Snapshot taken = snapshot({.names = std::nullopt});
  EXPECT_TRUE(taken.queues.empty());
  EXPECT_EQ(taken.queues_omitted, 0u);
  EXPECT_EQ(taken.oldest_age, Duration(7s));
  EXPECT_EQ(taken.counts.visible, 1u);
  EXPECT_EQ(taken.committed_bytes, engine.committed_bytes());
  EXPECT_EQ(taken.memory.total(), engine.memory_bytes());
}

TEST_F(SnapshotTest, CountsDeadLettersOnceAndLeavesThemOutOfTheAge) {
  const QueueId dead = create("dead");
  const engine::QueueAttributes with_dead_letters{
      .dead_letter = engine::DeadLetter{.target = {.region = "r", .account = "a", .name = "dead"},
                                        .receive_count_max = 1}};
  create("one", with_dead_letters);
  const QueueId other = create("other", with_dead_letters);
  send(dead, "x");
  turn.now += 1h;
  send(other, "y");
  turn.now += 3s;

  const Snapshot taken = snapshot();
  EXPECT_EQ(taken.dead_letters, 1u);
  EXPECT_EQ(taken.oldest_age, Duration(3s));
}

TEST_F(SnapshotTest, IsTakenInStepsWhereThereIsMuch) {
  for (int i = 0; i < 600; ++i) create("q" + std::to_string(i));
  const QueueId queue = create("received");
  for (int i = 0; i < 5000; ++i) send(queue, std::to_string(i));
  for (int i = 0; i < 500; ++i) engine.receive(turn, {.queue = queue, .count_max = 10});

  const Snapshot taken = snapshot();
  EXPECT_GE(steps, 5u);
  EXPECT_EQ(taken.queues.size(), 601u);
}

TEST_F(SnapshotTest, KeepsItsPlaceWhenTheQueueItWasAtIsDeleted) {
  std::vector<QueueId> queues;
  for (int i = 0; i < 600; ++i) queues.push_back(create("q" + std::to_string(1000 + i)));
  SnapshotTaker taker(Detail{});
  ASSERT_FALSE(taker.step(engine, traffic, turn.now));
  for (std::size_t i = 200; i < 300; ++i) engine.delete_queue(turn, queues[i]);
  while (!taker.step(engine, traffic, turn.now)) {
  }

  EXPECT_EQ(taker.take().queues.size(), 556u);
}

TEST(Pattern, MeansNamesAsInFileNames) {
  EXPECT_TRUE(matches_pattern("*", ""));
  EXPECT_TRUE(matches_pattern("chat-*", "chat-1"));
  EXPECT_TRUE(matches_pattern("*.fifo", "a.fifo.fifo"));
  EXPECT_TRUE(matches_pattern("a*b*c", "a-b-b-c"));
  EXPECT_TRUE(matches_pattern("q?", "q1"));
  EXPECT_FALSE(matches_pattern("q?", "q"));
  EXPECT_FALSE(matches_pattern("chat", "chat-1"));
  EXPECT_FALSE(matches_pattern("", "q"));
  EXPECT_FALSE(matches_pattern("*a*b", "ba"));
}

}  // namespace
}  // namespace mailrail::metrics
