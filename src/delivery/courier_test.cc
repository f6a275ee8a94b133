#include "delivery/courier.h"

#include <deque>

#include <gmock/gmock.h>

#include "broker/replay.h"
#include "delivery/delivery_testing.h"
#include "delivery/take.h"

namespace mailrail::delivery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::map<std::string, std::string> policy(const std::string& text) {
  return {{"DeliveryPolicy", text}};
}

const std::string three_retries =
    R"({"healthyRetryPolicy":{"minDelayTarget":2,"maxDelayTarget":2,"numRetries":3}})";

engine::SubscriptionAttributes raw(std::map<std::string, std::string> kept = {}) {
  return {.is_raw = true, .kept = std::move(kept)};
}

TEST_F(CourierTest, ASubscriptionThatComesLaterIsDeliveredToAsWell) {
  const TopicId topic = create_topic(Type::standard);
  const SubscriptionId early = subscribe(topic, raw());
  publish(topic, "waits");
  start();

  auto posted = take_posted();
  ASSERT_THAT(posted, SizeIs(1));
  EXPECT_EQ(posted[0].request.url, "http://host/1");
  EXPECT_EQ(posted[0].request.body, "waits");
  answer(posted[0], 200);
  EXPECT_EQ(waiting(early), 0u);

  const SubscriptionId late = subscribe(topic, raw());
  publish(topic, "both");
  EXPECT_THAT(take_posted(), SizeIs(2));
  EXPECT_EQ(waiting(late), 1u);
}

TEST_F(CourierTest, ARequestLeavesWhenItsLeaseIsInTheLog) {
  const TopicId topic = create_topic(Type::standard);
  const SubscriptionId subscription = subscribe(topic, raw());
  start();
  int seen = 0;
  on_post = [&] {
    log::MemoryLog::Storage copied;
    copied.frames = storage.frames;
    log::MemoryLog again(copied);
    engine::Engine replayed(2);
    ASSERT_TRUE(broker::replay(again, replayed));
    EXPECT_EQ(replayed.counts(replayed.delivery_queue(subscription)->id).in_flight, 1u);
    seen += 1;
  };
  publish(topic, "text");
  EXPECT_EQ(seen, 1);
}

TEST_F(CourierTest, TakesFromTheQueueOfItsSubscriptionIfThereIsOne) {
  const SubscriptionId subscription = subscribe(create_topic(Type::standard), raw());
  Slots slots(1, 1);

  EXPECT_EQ(Take(subscription, 1, slots).takes_from(engine),
            engine.delivery_queue(subscription)->id);
  EXPECT_EQ(Take(SubscriptionId(999), 1, slots).takes_from(engine), broker::no_queue);
}

TEST_F(CourierTest, WhatFailsIsTriedAgainWhenItsPolicySays) {
  const TopicId topic = create_topic(Type::standard);
  const SubscriptionId subscription = subscribe(topic, raw(policy(three_retries)));
  start();
  publish(topic, "text");
  for (int attempt = 1; attempt <= 4; ++attempt) {
    auto posted = take_posted();
    ASSERT_THAT(posted, SizeIs(1)) << attempt;
    answer(posted[0], attempt % 2 == 0 ? 500 : 0);
    pass(1900ms);
    EXPECT_THAT(take_posted(), IsEmpty()) << attempt;
    pass(500ms);
  }
  EXPECT_THAT(take_posted(), IsEmpty());
  EXPECT_EQ(waiting(subscription), 0u);
  ASSERT_THAT(given_up, SizeIs(1));
  EXPECT_EQ(given_up[0].subscription, subscription);
  EXPECT_THAT(given_up[0].why, HasSubstr("500"));
  EXPECT_FALSE(given_up[0].dead_letters);
}

TEST_F(CourierTest, WhatIsRefusedGoesToTheDeadLettersAtOnce) {
  const TopicId topic = create_topic(Type::standard);
  const engine::QueueName dead{.region = "us-east-1", .account = "000000000000", .name = "dead"};
  QueueId queue;
  run([&](engine::Engine& state, engine::Turn& turn) {
    queue = state.create_queue(turn, dead, {}, {});
  });
  subscribe(topic, {.dead_letter_target = dead, .kept = policy(three_retries)});
  start();
  publish(topic, "text");
  answer_all(404);
  EXPECT_EQ(engine.counts(queue).visible, 1u);
  ASSERT_THAT(given_up, SizeIs(1));
  EXPECT_EQ(given_up[0].dead_letters, dead);
}

TEST_F(CourierTest, ASubscriptionHasAFewRequestsUnderWay) {
  const TopicId topic = create_topic(Type::standard);
  const SubscriptionId slow = subscribe(topic, raw());
  start();
  publish(topic, "first");
  answer_all(200);  // Its terms are known from here on.
  for (int i = 0; i < 50; ++i) publish(topic, std::to_string(i));
  auto posted = take_posted();
  ASSERT_THAT(posted, SizeIs(requests_per_subscription_max));
  answer(posted[0], 200);
  EXPECT_THAT(take_posted(), SizeIs(1));
  EXPECT_EQ(waiting(slow), 49u);
}

TEST_F(CourierTest, AllTogetherHaveABound) {
  const TopicId topic = create_topic(Type::standard);
  for (std::size_t i = 0; i < requests_max / requests_per_subscription_max + 4; ++i)
    subscribe(topic, raw());
  start();
  for (int i = 0; i < 20; ++i) publish(topic, std::to_string(i));
  std::size_t delivered = 0;
  auto under_way = take_posted();
  EXPECT_LE(under_way.size(), requests_max);
  while (!under_way.empty()) {
    answer(under_way.back(), 200);
    under_way.pop_back();
    delivered += 1;
    for (Posted& each : take_posted()) under_way.push_back(std::move(each));
    ASSERT_LE(under_way.size(), requests_max);
  }
  EXPECT_EQ(delivered, 20 * (requests_max / requests_per_subscription_max + 4));
  EXPECT_TRUE(courier->is_idle());
}

TEST_F(CourierTest, AConversationHasOneRequestUnderWay) {
  const TopicId topic = create_topic(Type::fifo);
  subscribe(topic, raw(policy(three_retries)));
  start();
  publish(topic, "0", "other");
  answer_all(200);
  for (const char* each : {"a1", "b1", "a2", "b2"}) publish(topic, each, std::string(each, 1));

  auto posted = take_posted();
  ASSERT_THAT(posted, SizeIs(2));
  EXPECT_EQ(posted[0].request.body, "a1");
  EXPECT_EQ(posted[1].request.body, "b1");
  answer(posted[0], 503);  // Waits, and only it does.
  answer(posted[1], 200);
  posted = take_posted();
  ASSERT_THAT(posted, SizeIs(1));
  EXPECT_EQ(posted[0].request.body, "b2");
  answer(posted[0], 200);

  pass(3s);
  posted = take_posted();
  ASSERT_THAT(posted, SizeIs(1));
  EXPECT_EQ(posted[0].request.body, "a1");
  answer(posted[0], 200);
  posted = take_posted();
  ASSERT_THAT(posted, SizeIs(1));
  EXPECT_EQ(posted[0].request.body, "a2");
}

TEST_F(CourierTest, TheRateIsKept) {
  const TopicId topic = create_topic(Type::standard);
  subscribe(topic, raw(policy(R"({"throttlePolicy":{"maxReceivesPerSecond":4}})")));
  start();
  for (int i = 0; i < 100; ++i) publish(topic, std::to_string(i));
  int delivered = 0;
  for (int tenth = 0; tenth < 100; ++tenth) {
    for (const Posted& each : take_posted()) {
      answer(each, 200);
      delivered += 1;
    }
    pass(100ms);
    EXPECT_LE(delivered, 4 + (tenth + 1) * 4 / 10 + 1) << tenth;
  }
  EXPECT_GE(delivered, 38);
}

TEST_F(CourierTest, AnAnswerAfterTheSubscriptionIsGoneMeansNothing) {
  const TopicId topic = create_topic(Type::standard);
  const SubscriptionId subscription = subscribe(topic, raw());
  start();
  publish(topic, "text");
  auto posted = take_posted();
  ASSERT_THAT(posted, SizeIs(1));
  run([&](engine::Engine& state, engine::Turn& turn) { state.unsubscribe(turn, subscription); });
  answer(posted[0], 500);
  pass(1h);
  EXPECT_THAT(take_posted(), IsEmpty());
  EXPECT_THAT(given_up, IsEmpty());
  EXPECT_TRUE(courier->is_idle());
}

TEST_F(CourierTest, AMessageIsDueAgainWhenItsLeaseEnds) {
  const TopicId topic = create_topic(Type::standard);
  subscribe(topic, raw());
  publish(topic, "text");
  start();
  take_posted();
  pass(lease + 1s);  // As if its outcome were never told.
  EXPECT_THAT(take_posted(), SizeIs(1));
}

TEST_F(CourierTest, NoRequestBeginsThatMayOutliveItsLease) {
  const TopicId topic = create_topic(Type::standard);
  const SubscriptionId subscription = subscribe(topic, raw());
  start();
  holds_answers = true;
  publish(topic, "text");
  pass(lease - request_timeout);
  holds_answers = false;
  pass(0s);
  auto posted = take_posted();  // Under a new lease.
  ASSERT_THAT(posted, SizeIs(1));
  pass(request_timeout + 500ms);
  EXPECT_THAT(take_posted(), IsEmpty());
  answer(posted[0], 200);
  EXPECT_EQ(waiting(subscription), 0u);
}

TEST_F(CourierTest, AllTakeTurnsForTheSlots) {
  const TopicId topic = create_topic(Type::standard);
  const std::size_t count = requests_max / requests_per_subscription_max + 1;
  for (std::size_t i = 0; i < count; ++i) subscribe(topic, raw());
  for (int i = 0; i < 50; ++i) publish(topic, std::to_string(i));
  start();
  std::map<std::string, int> served;
  std::deque<Posted> under_way;
  const auto note_posted = [&] {
    for (Posted& each : take_posted()) {
      served[each.request.url] += 1;
      under_way.push_back(std::move(each));
    }
  };
  note_posted();
  for (std::size_t i = 0; i < requests_max; ++i) {
    ASSERT_FALSE(under_way.empty());
    const Posted oldest = std::move(under_way.front());
    under_way.pop_front();
    answer(oldest, 200);
    note_posted();
  }
  for (const auto& [url, times] : served) EXPECT_GT(times, 15) << url;  // 30 on the average.
}

TEST_F(CourierTest, WhoWasToldThatThereIsNoSlotIsAskedAgain) {
  const TopicId busy = create_topic(Type::standard);
  for (std::size_t i = 0; i < requests_max / requests_per_subscription_max; ++i)
    subscribe(busy, raw());
  for (std::size_t i = 0; i < requests_per_subscription_max; ++i) publish(busy, std::to_string(i));
  start();
  const auto posted = take_posted();
  ASSERT_THAT(posted, SizeIs(requests_max));

  holds_answers = true;  // It is told after all slots are free again.
  const TopicId quiet = create_topic(Type::fifo);
  const SubscriptionId subscription = subscribe(quiet, raw());
  publish(quiet, "waits", "group");
  holds_answers = false;
  pass(0s);
  holds_answers = true;
  for (const Posted& each : posted) answer(each, 200);
  holds_answers = false;
  pass(0s);
  answer_all(200);
  EXPECT_EQ(waiting(subscription), 0u);
}

TEST_F(CourierTest, AnEndOfTheClientIsNoFailureOfTheEndpoint) {
  const TopicId topic = create_topic(Type::standard);
  const SubscriptionId subscription =
      subscribe(topic, raw(policy(R"({"healthyRetryPolicy":{"numRetries":0}})")));
  start();
  publish(topic, "text");
  auto posted = take_posted();
  ASSERT_THAT(posted, SizeIs(1));
  courier->stop();
  break_off(posted[0]);
  EXPECT_EQ(waiting(subscription), 1u);
  EXPECT_THAT(given_up, IsEmpty());
}

TEST_F(CourierTest, ARateThatIsSetAnewCountsFromThen) {
  const TopicId topic = create_topic(Type::standard);
  const std::string slow = R"({"throttlePolicy":{"maxReceivesPerSecond":2}})";
  const SubscriptionId subscription = subscribe(topic, raw(policy(slow)));
  const auto set = [&](const std::string& text) {
    run([&](engine::Engine& state, engine::Turn& turn) {
      state.change_subscription(turn, subscription, raw(policy(text)));
    });
  };
  start();
  publish(topic, "known");
  answer_all(200);
  set("{}");
  for (int i = 0; i < 1000; ++i) {
    for (const char* each : {"a", "b", "c", "d", "e"}) publish(topic, each + std::to_string(i));
    pass(1s);
    answer_all(200);
  }
  set(slow);
  for (int i = 0; i < 10; ++i) publish(topic, "slowly " + std::to_string(i));
  std::size_t delivered = 0;
  for (int i = 0; i < 100; ++i) {
    auto posted = take_posted();
    for (const Posted& each : posted) answer(each, 200);
    delivered += posted.size();
    pass(100ms);
  }
  EXPECT_EQ(delivered, 10u);
}

TEST_F(CourierTest, NothingBeginsOnceItStops) {
  const TopicId topic = create_topic(Type::standard);
  const SubscriptionId subscription = subscribe(topic, raw());
  start();
  publish(topic, "first");
  auto posted = take_posted();
  courier->stop();
  EXPECT_FALSE(courier->is_idle());
  publish(topic, "second");
  answer(posted[0], 200);
  EXPECT_THAT(take_posted(), IsEmpty());
  EXPECT_TRUE(courier->is_idle());
  EXPECT_EQ(waiting(subscription), 1u);
  EXPECT_EQ(courier->next_due(), std::nullopt);
}

TEST_F(CourierTest, AConfirmationIsNoDeadLetter) {
  const TopicId topic = create_topic(Type::standard);
  const engine::QueueName dead{.region = "us-east-1", .account = "000000000000", .name = "dead"};
  QueueId queue;
  run([&](engine::Engine& state, engine::Turn& turn) {
    queue = state.create_queue(turn, dead, {}, {});
  });
  const SubscriptionId subscription = subscribe(topic, {.dead_letter_target = dead});
  run([&](engine::Engine& state, engine::Turn& turn) {
    const std::string record =
        sns::encode_confirmation(sns::PublicationKind::subscription_confirmation,
                                 topic_name(Type::standard), "http://mailrail");
    state.send(turn, {.queue = state.delivery_queue(subscription)->id, .record = record});
  });
  start();
  auto posted = take_posted();
  ASSERT_THAT(posted, SizeIs(1));
  EXPECT_THAT(posted[0].request.body, HasSubstr("SubscriptionConfirmation"));
  answer(posted[0], 410);
  EXPECT_EQ(engine.counts(queue).visible, 0u);
  EXPECT_EQ(waiting(subscription), 0u);
}

}  // namespace
}  // namespace mailrail::delivery
