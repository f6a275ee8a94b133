#include <vector>

#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

class Fifo : public EngineTest {
 protected:
  // Sends a b c to one group and receives all three.
  std::vector<ReceivedMessage> receive_three() {
    queue = create("q.fifo");
    for (const char* each : {"a", "b", "c"}) send(queue, each, "g");
    return receive(queue);
  }
  QueueId queue;
};

TEST_F(Fifo, LocksAConversationWhileAnyOfItIsInFlight) {
  queue = create("q.fifo");
  for (const char* each : {"a", "b", "c"}) send(queue, each, "g");

  const auto received = receive(queue, 2);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  engine.delete_message(turn, received[0].handle());
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  engine.delete_message(turn, received[1].handle());
  EXPECT_EQ(receive_bodies(queue), (Bodies{"c"}));
}

TEST_F(Fifo, GivesTheWholeConversationAgainInOrderAfterATimeout) {
  receive_three();
  send(queue, "d", "g");
  pass(30s);

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a", "b", "c", "d"}));
}

// The recorded cases: extend only message k of three, then let the others time out.
TEST_F(Fifo, OffersTheLongestVisiblePrefix) {
  for (std::size_t extended = 0; extended < 3; ++extended) {
    const QueueId q = create("q" + std::to_string(extended) + ".fifo");
    for (const char* each : {"a", "b", "c"}) send(q, each, "g");
    const auto received = receive(q);
    engine.change_visibility(turn, received[extended].handle(), 100s);
    pass(30s);

    const Bodies all{"a", "b", "c"};
    EXPECT_EQ(receive_bodies(q),
              Bodies(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(extended)));
  }
}

TEST_F(Fifo, GivesBackOnlyTheFirstWhenItAloneIsMadeVisible) {
  const auto received = receive_three();

  engine.change_visibility(turn, received[0].handle(), 0s);

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(Fifo, FillsAnAnswerFromOneConversationThenFromOthers) {
  queue = create("q.fifo");
  for (const char* each : {"a1", "a2", "a3"}) send(queue, each, "a");
  for (const char* each : {"b1", "b2"}) send(queue, each, "b");

  EXPECT_EQ(receive_bodies(queue, 4), (Bodies{"a1", "a2", "a3", "b1"}));
}

TEST_F(Fifo, ServesEveryConversationBeforeAnyTwice) {
  queue = create("q.fifo");
  for (const char* each : {"a", "b", "c"}) send(queue, each, each);

  EXPECT_EQ(receive_bodies(queue, 1, 0s), (Bodies{"a"}));
  EXPECT_EQ(receive_bodies(queue, 1, 0s), (Bodies{"b"}));
  EXPECT_EQ(receive_bodies(queue, 1, 0s), (Bodies{"c"}));
  EXPECT_EQ(receive_bodies(queue, 1, 0s), (Bodies{"a"}));
}

TEST_F(Fifo, DelaysAsAWholeAndAlsoWhatItAlreadyHas) {
  queue = create("q.fifo", {.delay = 10s});
  send(queue, "a", "g");
  pass(4s);
  send(queue, "b", "g");

  EXPECT_EQ(engine.counts(queue).delayed, 2u);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  pass(6s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
  engine.change_queue(turn, queue, {.delay = 0s, .is_fifo = true});
  pass(0s);
  EXPECT_EQ(engine.counts(queue).delayed, 0u);
  pass(30s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a", "b"}));
}

TEST_F(Fifo, ALongerDelayHoldsBackWhatWasVisible) {
  queue = create("q.fifo");
  send(queue, "a", "g");
  engine.change_queue(turn, queue, {.delay = 10s, .is_fifo = true});
  pass(9s);

  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  pass(1s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(Fifo, SaysThatAnAttemptMayBeAskedAgain) {
  queue = create("q.fifo");
  send(queue, "a", "g");

  EXPECT_TRUE(engine.receive(turn, {.queue = queue, .attempt = "attempt"}).is_repeatable);
  EXPECT_FALSE(engine.receive(turn, {.queue = queue}).is_repeatable);
}

TEST_F(Fifo, GivesTheSameMessagesToTheSameAttempt) {
  queue = create("q.fifo");
  for (const char* each : {"a", "b"}) send(queue, each, each);
  const ReceiveRequest request{.queue = queue, .count_max = 1, .attempt = "try"};

  const auto first = engine.receive(turn, request).messages;
  pass(10s);
  const auto again = engine.receive(turn, request).messages;
  engine.delete_message(turn, first[0].handle());
  const auto after_delete = engine.receive(turn, request).messages;

  EXPECT_EQ(bodies(first), (Bodies{"a"}));
  ASSERT_EQ(bodies(again), (Bodies{"a"}));
  EXPECT_EQ(again[0].handle(), first[0].handle());
  EXPECT_EQ(bodies(after_delete), (Bodies{"b"}));
}

TEST_F(Fifo, KeepsALeaseThatWasExtendedWhenItsAttemptIsRepeated) {
  queue = create("q.fifo");
  send(queue, "a", "g");
  const ReceiveRequest request{.queue = queue, .attempt = "try"};
  const auto first = engine.receive(turn, request).messages;

  engine.change_visibility(turn, first[0].handle(), 10min);

  EXPECT_EQ(bodies(engine.receive(turn, request).messages), (Bodies{}));
  pass(1min);
  EXPECT_EQ(engine.delete_message(turn, first[0].handle()), DeleteResult::done);
}

}  // namespace
}  // namespace mailrail::engine
