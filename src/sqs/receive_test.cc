#include "sqs/receive.h"

#include <gtest/gtest.h>

#include "engine/engine_testing.h"
#include "sqs/queue_url.h"

namespace mailrail::sqs {
namespace {

engine::ReceivedMessage received(std::uint64_t seq) {
  return {.queue = QueueId(1), .seq = Seq(seq), .receive_count = 2};
}

TEST(ReceiveMessage, GivesItsLeasesBackWhenItsAnswerIsLost) {
  const ReceiveMessage::Decided decided{.messages = {received(5), received(6)}};

  const std::vector<engine::ReceiptHandle> leases = ReceiveMessage::leases(decided);

  ASSERT_EQ(leases.size(), 2u);
  EXPECT_EQ(leases[1], (engine::ReceiptHandle{QueueId(1), Seq(6), 2}));
}

// The client may hold the messages by another answer to the same attempt, or ask for them again.
TEST(ReceiveMessage, GivesNothingBackThatWasAskedForWithAnAttemptId) {
  const ReceiveMessage::Decided decided{.messages = {received(5)}, .is_repeatable = true};

  EXPECT_TRUE(ReceiveMessage::leases(decided).empty());
}

class Receiving : public engine::EngineTest {
 protected:
  broker::Decision::Waits waits_for(const engine::QueueName& queue) {
    ReceiveMessage::Prepared prepared{.queue = TargetQueue("", api::Context())};
    prepared.queue.name = queue;
    prepared.count_max = 1;
    return ReceiveMessage::decide(engine, turn, prepared).decision.waits;
  }
};

// A crash would else take back what a client has seen there.
TEST_F(Receiving, WaitsUntilWhatAnEndpointNeverTookIsDurablyMoved) {
  const engine::QueueName dead = engine.find_queue(create("dead"))->name;
  const TopicId topic = engine.create_topic(turn, {.name = "t"}, {}, {});
  const SubscriptionId id = engine.subscribe(turn, {.topic = topic,
                                                    .protocol = engine::Protocol::http,
                                                    .endpoint = "http://endpoint",
                                                    .state = engine::SubscriptionState::confirmed});
  const QueueId delivery = engine.delivery_queue(id)->id;
  const engine::PublishTarget target{
      .queue = delivery, .subscription = id, .protocol = engine::Protocol::http};
  engine.publish(turn, {.topic = topic, .record = "m", .targets = {&target, 1}});
  const engine::ReceivedMessage taken = receive(delivery).at(0);
  ASSERT_EQ(engine.give_up(turn, taken.handle(), dead, 1), engine::GiveUpResult::moved);

  EXPECT_EQ(waits_for(dead), broker::Decision::Waits::for_everything);
}

TEST_F(Receiving, WaitsForBodiesAloneOfWhatWasSentToTheQueue) {
  const QueueId queue = create("q");
  send(queue, "m");

  EXPECT_EQ(waits_for(engine.find_queue(queue)->name), broker::Decision::Waits::for_bodies);
}

TEST_F(Receiving, TakesFromItsQueueIfThereIsOne) {
  api::Context context;
  context.identity = &engine.identity();
  const QueueId queue = engine.create_queue(turn, queue_name_of("q", context), {}, {});
  api::CallSlots slots(1, 0);
  const wire::Service service{.name = "sqs"};
  const auto taken_from = [&](const std::string& url) {
    const api::ActionCall<ReceiveMessage> call(
        {.call_id = 1, .exchange = {}, .slot = *slots.take(0)}, {.service = &service}, context,
        {.queue_url = url});
    return call.takes_from(engine);
  };

  EXPECT_EQ(taken_from("q"), queue);
  EXPECT_EQ(taken_from("other"), broker::no_queue);
}

}  // namespace
}  // namespace mailrail::sqs
