#include "broker/broker_testing.h"

namespace mailrail::broker {
namespace {

TEST_F(BrokerTest, TellsWaitersOfANewDeliveryQueueAndOfOneThatIsGone) {
  SubscriptionId subscription;
  const auto wait = [&](const std::string& name, QueueId queue, bool* is_there) {
    run(name, [=](Engine&, Turn& turn, TestCall&) {
      return *is_there ? Decision{}
                       : Decision{.verdict = Decision::Verdict::wait,
                                  .queue = queue,
                                  .deadline = turn.now + 20s};
    });
  };
  bool is_there = false;
  wait("look", QueueId(), &is_there);

  is_there = true;
  run("subscribe", [&](Engine& state, Turn& turn, TestCall&) {
    const TopicId topic = state.create_topic(turn, {.name = "t"}, {}, {});
    subscription = state.subscribe(turn, {.topic = topic, .protocol = engine::Protocol::http});
    return Decision{};
  });
  commit();
  EXPECT_EQ(outbox.released, (Names{"subscribe", "look"}));
  is_there = false;
  wait("deliver", engine.delivery_queue(subscription)->id, &is_there);
  is_there = true;
  run("unsubscribe", [&](Engine& state, Turn& turn, TestCall&) {
    state.unsubscribe(turn, subscription);
    return Decision{};
  });
  commit();

  EXPECT_EQ(outbox.released.back(), "deliver");
}

TEST_F(BrokerTest, EndsASubscriptionThatNobodyConfirmedWithNothingElseToDo) {
  run("subscribe", [&](Engine& state, Turn& turn, TestCall&) {
    const TopicId topic = state.create_topic(turn, {.name = "t"}, {}, {});
    state.subscribe(turn, {.topic = topic, .protocol = engine::Protocol::http});
    return Decision{};
  });
  commit();
  EXPECT_EQ(broker.next_turn(), now + 48h);

  pass(48h - 1ms);
  EXPECT_EQ(engine.topics().subscriptions().size(), 1u);
  pass(1ms);

  EXPECT_TRUE(engine.topics().subscriptions().empty());
  broker.turn(now, {});  // Frees what the queue was.
  EXPECT_EQ(broker.next_turn(), now + 1s) << "to commit that";
  pass(1s);
  EXPECT_TRUE(commit());
  EXPECT_EQ(broker.next_turn(), std::nullopt);
}

}  // namespace
}  // namespace mailrail::broker
