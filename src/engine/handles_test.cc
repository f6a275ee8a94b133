#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

class Delete : public EngineTest {};

TEST_F(Delete, OfAStandardMessageTakesAnyHandleEvenAnExpiredOne) {
  const QueueId queue = create("q");
  send(queue, "a");
  const auto received = receive(queue);
  pass(31s);

  EXPECT_EQ(engine.delete_message(turn, received[0].handle()), DeleteResult::done);
  EXPECT_EQ(engine.delete_message(turn, received[0].handle()), DeleteResult::done);
  EXPECT_EQ(engine.message_count(), 0u);
}

TEST_F(Delete, OfAFifoMessageRefusesAnExpiredHandle) {
  const QueueId queue = create("q.fifo");
  send(queue, "a", "g");
  const auto received = receive(queue);
  pass(30s);

  EXPECT_EQ(engine.delete_message(turn, received[0].handle()), DeleteResult::handle_expired);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(Delete, OfAFifoMessageWorksUntilTheExtendedTime) {
  const QueueId queue = create("q.fifo");
  send(queue, "a", "g");
  const auto received = receive(queue);
  pass(29s);
  engine.change_visibility(turn, received[0].handle(), 30s);
  pass(29s);

  EXPECT_EQ(engine.delete_message(turn, received[0].handle()), DeleteResult::done);
  EXPECT_EQ(engine.message_count(), 0u);
}

class Visibility : public EngineTest {};

TEST_F(Visibility, OfAStandardMessageCanBeChangedAfterItsTimeoutToo) {
  const QueueId queue = create("q");
  send(queue, "a");
  const auto received = receive(queue);
  pass(30s);

  EXPECT_EQ(engine.change_visibility(turn, received[0].handle(), 10s), VisibilityResult::done);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  pass(10s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(Visibility, CannotBeExtendedBeyondTwelveHoursFromTheReceive) {
  const QueueId queue = create("q");
  send(queue, "a");
  const auto received = receive(queue, 1, 43'200s);
  pass(1s);

  EXPECT_EQ(engine.change_visibility(turn, received[0].handle(), 43'200s),
            VisibilityResult::beyond_limit);
  EXPECT_EQ(engine.change_visibility(turn, received[0].handle(), 43'199s), VisibilityResult::done);
}

TEST_F(Visibility, OfADeletedMessageCannotBeChanged) {
  const QueueId queue = create("q");
  send(queue, "a");
  const auto received = receive(queue);
  engine.delete_message(turn, received[0].handle());

  EXPECT_EQ(engine.change_visibility(turn, received[0].handle(), 10s),
            VisibilityResult::no_such_message);
}

TEST_F(Visibility, IsGivenBackOnlyToTheLeaseThatWasNeverAnswered) {
  const QueueId queue = create("q.fifo");
  send(queue, "a", "g");
  const auto lost = receive(queue);
  pass(30s);
  const auto held = receive(queue);

  engine.give_back(turn, lost[0].handle());
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  engine.give_back(turn, held[0].handle());
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

}  // namespace
}  // namespace mailrail::engine
