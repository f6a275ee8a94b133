#include <vector>

#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

class Queues : public EngineTest {};

TEST_F(Queues, PurgeRemovesEverythingAndWhatComesLaterStays) {
  const QueueId queue = create("q.fifo");
  for (int i = 0; i < 3000; ++i) send(queue, std::to_string(i), std::to_string(i % 7));
  receive(queue);

  engine.purge_queue(turn, queue);
  send(queue, "later", "3");

  EXPECT_EQ(engine.counts(queue).visible, 1u);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"later"}));
  pass(1ms);
  EXPECT_EQ(engine.message_count(), 1u);
}

TEST_F(Queues, ADeletedQueueTakesItsMessagesAlongAndItsNameIsFree) {
  const QueueId queue = create("q");
  send(queue, "a");
  engine.delete_queue(turn, queue);
  const QueueId again = create("q");

  EXPECT_NE(again, queue);
  EXPECT_EQ(receive_bodies(again), (Bodies{}));
}

TEST_F(Queues, ExpiredMessagesAreRemovedWithoutAReceive) {
  const QueueId queue = create("q", {.retention = 60s});
  for (int i = 0; i < 10; ++i) send(queue, "x");
  receive(queue, 1, 300s);
  pass(60s);

  EXPECT_FALSE(engine.remove_expired(turn, 8));
  EXPECT_EQ(engine.message_count(), 2u);
  EXPECT_TRUE(engine.remove_expired(turn, 8));
  EXPECT_EQ(engine.message_count(), 0u);
}

TEST_F(Queues, AChangeOfTagsKeepsAttributesMessagesAndTheTimeOfTheLastChange) {
  const QueueId queue = create("q", {.visibility_timeout = 7s});
  send(queue, "a");
  const Instant created = turn.now;
  pass(10s);

  engine.change_tags(turn, queue, {{"team", "red"}}, OnPoison::park);

  EXPECT_EQ(engine.find_queue(queue)->tags, (std::map<std::string, std::string>{{"team", "red"}}));
  EXPECT_EQ(engine.find_queue(queue)->attributes.visibility_timeout, 7s);
  EXPECT_EQ(engine.find_queue(queue)->changed_at, created);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(Queues, AChangeOfAttributesKeepsTheTags) {
  const QueueId queue = create("q");
  engine.change_tags(turn, queue, {{"team", "red"}}, OnPoison::dead_letter);
  pass(10s);

  engine.change_queue(turn, queue, {.visibility_timeout = 7s});

  EXPECT_EQ(engine.find_queue(queue)->tags, (std::map<std::string, std::string>{{"team", "red"}}));
  EXPECT_EQ(engine.find_queue(queue)->changed_at, turn.now);
}

TEST_F(Queues, ADelayingFifoQueueCanBeDeletedBeforeItsMessagesAreDue) {
  const QueueId queue = create("q.fifo", {.delay = 10s});
  send(queue, "a", "g");
  engine.delete_queue(turn, queue);
  pass(1s);
  EXPECT_EQ(engine.message_count(), 0u);
  const QueueId other = create("other.fifo", {.delay = 10s});
  send(other, "b", "g");

  pass(10s);

  EXPECT_EQ(receive_bodies(other), (Bodies{"b"}));
}

TEST_F(Queues, KeepEverythingWhileRetentionIsSuspended) {
  const QueueId queue = create("q", {.retention = 60s});
  send(queue, "a");
  engine.suspend_retention(turn.now + 90s);
  pass(60s);

  EXPECT_TRUE(engine.remove_expired(turn, 8));
  EXPECT_EQ(receive_bodies(queue, 10, 0s), (Bodies{"a"}));
  pass(30s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
}

TEST_F(Queues, TellWhenTheyMayHaveSomethingToReceive) {
  const QueueId queue = create("q.fifo");
  EXPECT_EQ(engine.take_woken(), (std::vector<QueueId>{}));
  send(queue, "a", "g");
  EXPECT_EQ(engine.take_woken(), (std::vector<QueueId>{queue}));
  receive(queue);
  send(queue, "b", "g");
  EXPECT_EQ(engine.take_woken(), (std::vector<QueueId>{}));  // The conversation is locked.
  pass(30s);
  EXPECT_EQ(engine.take_woken(), (std::vector<QueueId>{queue}));
}

}  // namespace
}  // namespace mailrail::engine
