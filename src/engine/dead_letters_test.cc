#include <string>

#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

class DeadLetters : public EngineTest {
 protected:
  void create_pair(const std::string& suffix) {
    dead = create("dead" + suffix);
    queue = create("q" + suffix,
                   {.dead_letter = DeadLetter{
                        .target = {.region = "r", .account = "a", .name = "dead" + suffix},
                        .receive_count_max = 2}});
  }
  void receive_and_time_out() {
    receive(queue);
    pass(30s);
  }
  QueueId queue;
  QueueId dead;
};

TEST_F(DeadLetters, MoveAtTheReceiveThatWouldExceedTheMaximum) {
  create_pair("");
  const Seq sent = send(queue, "a");
  const Instant sent_at = turn.now;
  receive_and_time_out();
  receive_and_time_out();

  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  const auto moved = receive(dead);
  ASSERT_EQ(bodies(moved), (Bodies{"a"}));
  EXPECT_EQ(moved[0].receive_count, 3u);
  EXPECT_EQ(moved[0].origin_queue, queue);
  EXPECT_EQ(moved[0].origin_seq, sent);
  EXPECT_EQ(moved[0].sent, sent_at);
  EXPECT_EQ(moved[0].dead_letter_source->name, "q");
}

TEST_F(DeadLetters, FreeTheRestOfAConversationAndStartANewRetentionPeriod) {
  create_pair(".fifo");
  send(queue, "a", "g");
  receive_and_time_out();
  receive_and_time_out();
  send(queue, "b", "g");

  EXPECT_EQ(receive_bodies(queue), (Bodies{"b"}));
  const auto moved = receive(dead);
  ASSERT_EQ(bodies(moved), (Bodies{"a"}));
  EXPECT_EQ(moved[0].sent, turn.now);
}

// Their count goes on, and may be past the maximum of the queue that they come to.
TEST_F(DeadLetters, AreGivenOnceInAQueueBeforeTheyMoveOnFromIt) {
  for (const std::string suffix : {"", ".fifo"}) {
    create_pair(suffix);
    const QueueId last = create("last" + suffix);
    engine.change_queue(turn, dead,
                        {.is_fifo = !suffix.empty(),
                         .dead_letter = DeadLetter{
                             .target = {.region = "r", .account = "a", .name = "last" + suffix},
                             .receive_count_max = 1}});
    send(queue, "a", "g");
    receive_and_time_out();
    receive_and_time_out();

    EXPECT_EQ(receive_bodies(queue), (Bodies{}));
    EXPECT_EQ(receive_bodies(dead), (Bodies{"a"}));
    EXPECT_EQ(receive_bodies(last), (Bodies{}));
    pass(30s);
    EXPECT_EQ(receive_bodies(dead), (Bodies{}));
    const auto moved = receive(last);
    ASSERT_EQ(bodies(moved), (Bodies{"a"}));
    EXPECT_EQ(moved[0].receive_count, 4u);
    EXPECT_EQ(moved[0].dead_letter_source->name, "dead" + suffix);
  }
}

TEST_F(DeadLetters, StayWhereTheyAreWhenTheirQueueIsGone) {
  create_pair("");
  send(queue, "a");
  receive_and_time_out();
  receive_and_time_out();
  engine.delete_queue(turn, dead);

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(DeadLetters, MoveAHundredAtMostPerTurn) {
  create_pair("");
  for (int i = 0; i < 150; ++i) send(queue, std::to_string(i));
  for (int i = 0; i < 2; ++i) {
    while (!receive(queue).empty()) {
    }
    pass(30s);
  }

  EXPECT_TRUE(engine.receive(turn, {.queue = queue}).is_unfinished);
  EXPECT_EQ(engine.counts(dead).visible, 100u);
  EXPECT_FALSE(engine.receive(turn, {.queue = queue}).is_unfinished);
  EXPECT_EQ(engine.counts(dead).visible, 150u);
}

}  // namespace
}  // namespace mailrail::engine
