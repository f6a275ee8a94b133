#include <gtest/gtest.h>

#include "engine/engine_testing.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

class Receive : public EngineTest {};

TEST_F(Receive, GivesTheOldestMessagesFirst) {
  const QueueId queue = create("q");
  for (const char* each : {"a", "b", "c"}) send(queue, each);

  EXPECT_EQ(receive_bodies(queue, 2), (Bodies{"a", "b"}));
  EXPECT_EQ(receive_bodies(queue, 2), (Bodies{"c"}));
}

TEST_F(Receive, HidesAMessageUntilItsVisibilityTimeoutEnds) {
  const QueueId queue = create("q");
  send(queue, "a");

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
  pass(29'999ms);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  pass(1ms);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(Receive, CountsReceivesAndKeepsTheFirstTime) {
  const QueueId queue = create("q");
  send(queue, "a");
  const Instant first = turn.now;

  receive(queue);
  pass(30s);
  const auto again = receive(queue);

  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].receive_count, 2u);
  EXPECT_EQ(again[0].first_received, first);
}

TEST_F(Receive, GivesReturnedMessagesBeforeFreshOnesInTheirOrder) {
  const QueueId queue = create("q");
  for (const char* each : {"a", "b", "c", "d"}) send(queue, each);
  receive(queue, 3);
  send(queue, "e");
  pass(30s);

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a", "b", "c", "d", "e"}));
}

TEST_F(Receive, WithATimeoutOfZeroShowsTheMessageAgainAtOnce) {
  const QueueId queue = create("q");
  send(queue, "a");

  EXPECT_EQ(receive_bodies(queue, 10, 0s), (Bodies{"a"}));
  EXPECT_EQ(receive(queue, 10, 0s).at(0).receive_count, 2u);
}

TEST_F(Receive, DelaysAMessageForItsOwnTimeElseTheQueues) {
  const QueueId queue = create("q", {.delay = 5s});
  send(queue, "queue's delay");
  engine.send(turn, {.queue = queue, .delay = 0s, .record = "no delay"});
  engine.send(turn, {.queue = queue, .delay = 2s, .record = "own delay"});

  EXPECT_EQ(engine.counts(queue).delayed, 2u);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"no delay"}));
  pass(2s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"own delay"}));
  pass(3s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"queue's delay"}));
}

TEST_F(Receive, SkipsAndRemovesExpiredMessages) {
  const QueueId queue = create("q", {.retention = 60s});
  send(queue, "old");
  pass(30s);
  send(queue, "young");
  pass(30s);

  EXPECT_EQ(receive_bodies(queue), (Bodies{"young"}));
  EXPECT_EQ(engine.message_count(), 1u);
}

TEST_F(Receive, StopsAtTheLimitOfMessagesInFlight) {
  const QueueId queue = create("q");
  for (std::uint64_t i = 0; i <= in_flight_max; ++i)
    engine.send(turn, {.queue = queue, .record = "x"});
  for (std::uint64_t i = 0; i < in_flight_max; i += 10) receive(queue);

  const ReceiveResult result = engine.receive(turn, {.queue = queue, .count_max = 10});

  EXPECT_TRUE(result.messages.empty());
  EXPECT_TRUE(result.is_at_limit);
}

}  // namespace
}  // namespace mailrail::engine
