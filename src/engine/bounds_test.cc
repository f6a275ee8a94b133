#include <array>

#include <gtest/gtest.h>

#include "engine/engine_testing.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

class Bounds : public EngineTest {
 protected:
  using Tags = std::map<std::string, std::string>;

  QueueId create_bounded(const std::string& name, const Tags& tags) {
    QueueAttributes attributes;
    attributes.is_fifo = name.ends_with(".fifo");
    return engine.create_queue(turn, {.region = "r", .account = "a", .name = name}, attributes,
                               tags);
  }

  void tag(QueueId queue, const Tags& tags) {
    engine.change_tags(turn, queue, tags, OnPoison::dead_letter);
  }

  std::expected<Duration, QueueId> await_places(QueueId queue, std::size_t messages) {
    const std::array requests{PlaceRequest{.queue = queue, .messages = messages}};
    return engine.await_places(turn.now, requests);
  }
};

TEST_F(Bounds, OfMessagesAreReachedByWhateverTheQueueHolds) {
  const QueueId queue = create_bounded("q", {{"mailrail:max-messages", "2"}});
  send(queue, "a");
  EXPECT_FALSE(engine.reached_bound(queue).has_value());
  receive(queue, 1);
  send(queue, "b");

  const auto reached = engine.reached_bound(queue);

  ASSERT_TRUE(reached.has_value());
  EXPECT_EQ(reached->what, ReachedBound::What::messages);
  EXPECT_EQ(reached->used, 2u);
  EXPECT_EQ(reached->max, 2u);
  for (const ReceivedMessage& each : receive(queue)) engine.delete_message(turn, each.handle());
  EXPECT_FALSE(engine.reached_bound(queue).has_value());
}

TEST_F(Bounds, OfBytesAreReachedByTheMessageThatGoesOver) {
  const QueueId queue = create_bounded("q", {{"mailrail:max-bytes", "1KiB"}});
  send(queue, std::string(900, 'x'));
  EXPECT_FALSE(engine.reached_bound(queue).has_value());
  send(queue, std::string(900, 'x'));

  const auto reached = engine.reached_bound(queue);

  ASSERT_TRUE(reached.has_value());
  EXPECT_EQ(reached->what, ReachedBound::What::bytes);
  EXPECT_GT(reached->used, 1800u);
  EXPECT_EQ(reached->max, 1024u);
}

TEST_F(Bounds, HoldBackNothingThatIsInTheServerAlready) {
  const QueueId dead = create_bounded("dead", {{"mailrail:max-messages", "1"}});
  const QueueId queue = create(
      "q",
      {.dead_letter = DeadLetter{.target = engine.find_queue(dead)->name, .receive_count_max = 1}});
  for (const char* each : {"a", "b"}) send(queue, each);
  receive(queue, 2, 0s);
  receive(queue, 2);

  EXPECT_EQ(engine.counts(dead).visible, 2u);
  EXPECT_TRUE(engine.reached_bound(dead).has_value());
}

TEST_F(Bounds, LetTheOldestGoWhereTheQueueSaysSo) {
  const QueueId queue =
      create_bounded("q", {{"mailrail:max-messages", "3"}, {"mailrail:on-full", "drop-oldest"}});
  for (const char* each : {"a", "b", "c", "d", "e"}) send(queue, each);

  EXPECT_FALSE(engine.reached_bound(queue).has_value());
  EXPECT_EQ(receive_bodies(queue), (Bodies{"c", "d", "e"}));
  EXPECT_EQ(engine.take_dropped(),
            (std::map<QueueName, std::uint64_t>{{engine.find_queue(queue)->name, 2}}));
  EXPECT_FALSE(engine.has_dropped());
}

TEST_F(Bounds, LetAsManyGoAsALongMessageNeeds) {
  const QueueId queue =
      create_bounded("q", {{"mailrail:max-bytes", "1KiB"}, {"mailrail:on-full", "drop-oldest"}});
  for (int i = 0; i < 30; ++i) send(queue, std::to_string(i) + std::string(90, 'x'));

  EXPECT_LE(engine.counts(queue).body_bytes, 1024u + 200u);
  EXPECT_EQ(receive_bodies(queue).back(), "29" + std::string(90, 'x'));
}

TEST_F(Bounds, ThatAreMadeTighterAreMetBitByBit) {
  const QueueId queue = create("q");
  for (int i = 0; i < 250; ++i) send(queue, std::to_string(i));
  tag(queue, {{"mailrail:max-messages", "10"}, {"mailrail:on-full", "drop-oldest"}});

  send(queue, "new");
  EXPECT_EQ(engine.counts(queue).visible, 250 - dropped_for_one_max + 1);
  send(queue, "newer");
  send(queue, "newest");

  EXPECT_EQ(engine.counts(queue).visible, 10u);
}

TEST_F(Bounds, KeepAConversationWhole) {
  const QueueId queue = create_bounded(
      "q.fifo", {{"mailrail:max-messages", "1"}, {"mailrail:on-full", "drop-oldest"}});
  send(queue, "a", "g");

  EXPECT_TRUE(engine.reached_bound(queue).has_value());
}

TEST_F(Bounds, OfAPausedQueueGiveNothingUntilItGoesOn) {
  const QueueId queue = create_bounded("q", {{"mailrail:paused", "true"}});
  send(queue, "a");
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  engine.take_woken();

  tag(queue, {});

  EXPECT_EQ(engine.take_woken(), std::vector{queue}) << "who waits must be asked again";
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(Bounds, OfItsRateAQueueForgetsWhenTheyAreGone) {
  const QueueId queue = create_bounded("q", {{"mailrail:send-rate", "1"}});
  EXPECT_EQ(await_places(queue, 10), 0ms);
  EXPECT_EQ(await_places(queue, 1), std::unexpected(queue));

  tag(queue, {});

  EXPECT_EQ(await_places(queue, 1000), 0ms);
}

}  // namespace
}  // namespace mailrail::engine
