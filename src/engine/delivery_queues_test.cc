#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine_testing.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

class DeliveryQueues : public EngineTest {
 protected:
  DeliveryQueues() {
    topic = create_topic("t");
    fifo_topic = create_topic("t.fifo");
  }

  TopicId create_topic(const std::string& name) {
    return engine.create_topic(turn, {.region = "r", .account = "a", .name = name},
                               {.is_fifo = name.ends_with(".fifo")}, {});
  }
  SubscriptionId subscribe(TopicId to, SubscriptionState state = SubscriptionState::confirmed) {
    return engine.subscribe(
        turn,
        {.topic = to, .protocol = Protocol::https, .endpoint = "https://endpoint", .state = state});
  }
  QueueId queue_of(SubscriptionId id) const {
    const Queue* queue = engine.delivery_queue(id);
    return queue == nullptr ? QueueId() : queue->id;
  }
  void publish(TopicId to,
               const std::string& body,
               const std::vector<SubscriptionId>& subscriptions,
               const std::string& group = "") {
    std::vector<PublishTarget> targets;
    for (const SubscriptionId each : subscriptions) {
      targets.push_back(
          {.queue = queue_of(each), .subscription = each, .protocol = Protocol::https});
    }
    engine.publish(turn, {.topic = to,
                          .group = group,
                          .deduplication_id = body,
                          .record = body,
                          .targets = targets});
  }
  // What a subscription is to be sent, under a handle.
  ReceivedMessage take(SubscriptionId id) {
    const auto received = receive(queue_of(id), 1);
    EXPECT_EQ(received.size(), 1u);
    return received.at(0);
  }
  QueueName name_of(QueueId queue) const { return engine.find_queue(queue)->name; }

  TopicId topic;
  TopicId fifo_topic;
};

TEST_F(DeliveryQueues, AreMadeForHttpEndpointsAloneAndAreOfTheirTopicsType) {
  const SubscriptionId http = subscribe(topic);
  const SubscriptionId ordered = subscribe(fifo_topic);
  const SubscriptionId sqs = engine.subscribe(turn, {.topic = topic});

  EXPECT_FALSE(engine.delivery_queue(http)->attributes.is_fifo);
  EXPECT_EQ(engine.delivery_queue(http)->attributes.subscription, http);
  EXPECT_EQ(engine.delivery_queue(http)->attributes.retention, 14 * 24h);
  EXPECT_TRUE(engine.delivery_queue(ordered)->attributes.is_fifo);
  EXPECT_EQ(engine.delivery_queue(sqs), nullptr);
  EXPECT_EQ(engine.delivery_queues_after(SubscriptionId(), 10), (std::vector{http, ordered}));
  EXPECT_EQ(engine.delivery_queues_after(SubscriptionId(), 1), std::vector{http});
  EXPECT_EQ(engine.delivery_queues_after(http, 10), std::vector{ordered});
}

TEST_F(DeliveryQueues, HaveNoNameThatLeadsToThem) {
  create("q");
  const SubscriptionId id = subscribe(topic);

  EXPECT_EQ(engine.queue_names().size(), 1u);
  EXPECT_EQ(engine.find_queue(engine.delivery_queue(id)->name), nullptr);
  EXPECT_EQ(engine.delivery_queue(id)->name.name, "delivery of subscription 1");
}

TEST_F(DeliveryQueues, EndWithTheirSubscriptionOrItsTopicAndAreNotRemembered) {
  const SubscriptionId first = subscribe(topic);
  const SubscriptionId second = subscribe(topic);
  const SubscriptionId third = subscribe(topic);
  const QueueName name = engine.delivery_queue(first)->name;
  publish(topic, "a", {first, second, third});

  engine.unsubscribe(turn, first);
  EXPECT_EQ(engine.delivery_queue(first), nullptr);
  engine.deactivate(turn, third);
  engine.delete_topic(turn, topic);

  EXPECT_TRUE(engine.delivery_queues_after(SubscriptionId(), 10).empty());
  Engine strict(1, Strictness::aws);
  ASSERT_TRUE(decode_facts(facts.payload(), [&](const Fact& fact, FactPlace place) {
    strict.apply(fact, {.position = facts.position() + place.offset, .length = place.length});
  }));
  EXPECT_FALSE(strict.is_deleted_recently(name, turn.now));
}

TEST_F(DeliveryQueues, WakeThoseWhoLookForNewOnesAndThoseWhoWaitForTheirMessages) {
  engine.take_woken();

  const SubscriptionId id = subscribe(topic);
  EXPECT_EQ(engine.take_woken(), std::vector{QueueId()});
  publish(topic, "a", {id});
  EXPECT_EQ(engine.take_woken(), std::vector{queue_of(id)});
  const QueueId queue = queue_of(id);
  engine.unsubscribe(turn, id);

  EXPECT_EQ(engine.take_woken(), std::vector{queue});
}

TEST_F(DeliveryQueues, HoldOneMessageOfAConversationInFlightAndLeaveTheOthersAlone) {
  const SubscriptionId id = subscribe(fifo_topic);
  publish(fifo_topic, "a", {id}, "room");
  publish(fifo_topic, "b", {id}, "room");
  publish(fifo_topic, "x", {id}, "other");

  const ReceivedMessage failing = take(id);
  EXPECT_EQ(body(failing), "a");
  EXPECT_EQ(body(take(id)), "x");
  EXPECT_TRUE(receive(queue_of(id)).empty()) << "b waits for a";
  EXPECT_EQ(engine.change_visibility(turn, failing.handle(), 20s), VisibilityResult::done);
  pass(20s);

  const ReceivedMessage again = take(id);
  EXPECT_EQ(body(again), "a");
  EXPECT_EQ(again.receive_count, 2u);
  engine.delete_message(turn, again.handle());
  EXPECT_EQ(body(take(id)), "b");
}

TEST_F(DeliveryQueues, AreSentOnceWhatIsPublishedOnceAndKeepNoKeyOfTheirOwn) {
  const SubscriptionId id = subscribe(fifo_topic);
  const std::size_t before = facts.payload().size();
  publish(fifo_topic, "a", {id}, "room");
  const std::size_t with_topics_key = facts.payload().size() - before;
  publish(fifo_topic, "a", {id}, "room");

  EXPECT_EQ(engine.counts(queue_of(id)).visible, 1u);
  EXPECT_LT(with_topics_key, 2 * sizeof(Hash128) + 32);
}

TEST_F(DeliveryQueues, MessagesSayByWhichProtocolTheyGo) {
  const SubscriptionId id = subscribe(topic);

  publish(topic, "a", {id});

  EXPECT_EQ(take(id).share->protocol, Protocol::https);
}

// --- Giving up.

TEST_F(DeliveryQueues, GiveWhatWasNeverTakenToTheDeadLetterQueue) {
  const QueueId dead = create("dead.fifo");
  const SubscriptionId id = subscribe(fifo_topic);
  publish(fifo_topic, "a", {id}, "room");
  const Instant published = turn.now;
  take(id);
  pass(60s);
  const ReceivedMessage message = take(id);

  EXPECT_EQ(engine.give_up(turn, message.handle(), name_of(dead), 100), GiveUpResult::moved);

  const auto received = receive(dead);
  ASSERT_EQ(bodies(received), Bodies{"a"});
  EXPECT_EQ(received[0].share->subscription, id);
  EXPECT_EQ(received[0].share->protocol, Protocol::https);
  EXPECT_EQ(received[0].receive_count, 3u);
  EXPECT_EQ(received[0].first_received, published);
  EXPECT_TRUE(received[0].is_grouped);
  EXPECT_EQ(received[0].dead_letter_source, std::nullopt) << "it did not come from a queue";
  EXPECT_EQ(engine.counts(queue_of(id)).in_flight, 0u);
}

TEST_F(DeliveryQueues, DropWhatNoDeadLetterQueueTakes) {
  const QueueId fifo = create("dead.fifo");
  const QueueId small = create("small", {.message_bytes_max = 1024});
  const SubscriptionId id = subscribe(topic);
  const auto give_up = [&](const std::optional<QueueName>& dead_letters, std::size_t bytes) {
    publish(topic, "a", {id});
    return engine.give_up(turn, take(id).handle(), dead_letters, bytes);
  };

  EXPECT_EQ(give_up(std::nullopt, 1), GiveUpResult::removed);
  EXPECT_EQ(give_up(QueueName{"r", "a", "nowhere"}, 1), GiveUpResult::removed);
  EXPECT_EQ(give_up(name_of(fifo), 1), GiveUpResult::removed);
  EXPECT_EQ(give_up(name_of(small), 1025), GiveUpResult::removed);
  EXPECT_EQ(give_up(name_of(small), 1024), GiveUpResult::moved);

  EXPECT_EQ(engine.message_count(), 1u);
  EXPECT_EQ(receive_bodies(small), Bodies{"a"});
}

TEST_F(DeliveryQueues, NeverGiveAConfirmationToAnotherQueue) {
  const QueueId dead = create("dead");
  const SubscriptionId id = subscribe(topic, SubscriptionState::pending);
  send(queue_of(id), "please confirm");

  EXPECT_EQ(engine.give_up(turn, take(id).handle(), name_of(dead), 1), GiveUpResult::removed);

  EXPECT_EQ(engine.message_count(), 0u);
}

TEST_F(DeliveryQueues, GiveNothingUpUnderAHandleThatIsNotCurrent) {
  const QueueId dead = create("dead");
  const SubscriptionId id = subscribe(topic);
  publish(topic, "a", {id});
  const ReceiptHandle first = take(id).handle();
  pass(60s);
  EXPECT_EQ(engine.give_up(turn, first, name_of(dead), 1), GiveUpResult::handle_expired);
  const ReceiptHandle second = take(id).handle();
  EXPECT_EQ(engine.give_up(turn, first, name_of(dead), 1), GiveUpResult::handle_expired);
  EXPECT_EQ(engine.counts(queue_of(id)).in_flight, 1u);

  engine.unsubscribe(turn, id);

  EXPECT_EQ(engine.give_up(turn, second, name_of(dead), 1), GiveUpResult::handle_expired);
}

TEST_F(DeliveryQueues, AMoveTaskTakesTheirDeadLettersToAQueueThatIsNamedAndNowhereElse) {
  const QueueId dead = create("dead");
  const QueueId elsewhere = create("elsewhere");
  const SubscriptionId id = subscribe(topic);
  EXPECT_EQ(engine.start_move_task(turn, {.source = dead}).verdict,
            MoveTaskVerdict::no_dead_letter_queue);
  engine.change_subscription(turn, id, {.dead_letter_target = name_of(dead)});
  publish(topic, "a", {id});
  engine.give_up(turn, take(id).handle(), name_of(dead), 1);

  EXPECT_EQ(engine.start_move_task(turn, {.source = dead}).verdict, MoveTaskVerdict::started);
  engine.move_messages(turn);
  EXPECT_EQ(engine.find_queue(dead)->move_tasks.back().status, MoveTaskStatus::failed);
  EXPECT_EQ(engine.find_queue(dead)->move_tasks.back().failure, MoveTaskFailure::no_source);
  engine.start_move_task(turn, {.source = dead, .destination = name_of(elsewhere)});
  engine.move_messages(turn);

  const auto received = receive(elsewhere);
  ASSERT_EQ(bodies(received), Bodies{"a"});
  EXPECT_EQ(received[0].share->protocol, Protocol::https);
}

// --- Deactivation.

TEST_F(DeliveryQueues, ADeactivatedSubscriptionCountsAsDeletedAndGetsNothingOfBefore) {
  const SubscriptionId id = subscribe(topic);
  publish(topic, "a", {id});
  publish(topic, "b", {id});
  const ReceiptHandle under_way = take(id).handle();

  engine.deactivate(turn, id);
  send(queue_of(id), "you are unsubscribed");

  const Topic& of = *engine.topics().find(topic);
  EXPECT_TRUE(of.subscriptions.empty());
  EXPECT_EQ(of.counts().confirmed, 0u);
  EXPECT_EQ(of.counts().pending, 0u);
  EXPECT_EQ(of.counts().deleted, 1u);
  EXPECT_TRUE(engine.topics().find(id)->is_deactivated());
  EXPECT_EQ(engine.give_up(turn, under_way, {}, 1), GiveUpResult::handle_expired);
  EXPECT_EQ(receive_bodies(queue_of(id)), Bodies{"you are unsubscribed"});
}

TEST_F(DeliveryQueues, ADeactivatedSubscriptionMayBeHadBack) {
  const SubscriptionId id = subscribe(topic);
  engine.deactivate(turn, id);
  engine.deactivate(turn, id);
  pass(1h);

  engine.confirm(turn, id, {.was_authenticated = true});

  const Topic& of = *engine.topics().find(topic);
  EXPECT_EQ(of.subscriptions.at(id), engine.topics().find(id));
  EXPECT_TRUE(of.deactivated.empty());
  EXPECT_EQ(of.counts().confirmed, 1u);
  EXPECT_EQ(of.counts().deleted, 0u);
  EXPECT_EQ(engine.topics().find(id)->since, turn.now);
  EXPECT_EQ(engine.next_lapse(), std::nullopt);
  publish(topic, "a", {id});
  EXPECT_EQ(body(take(id)), "a");
}

TEST_F(DeliveryQueues, ATopicKeepsABoundedNumberOfDeactivatedSubscriptions) {
  std::vector<SubscriptionId> made;
  for (std::size_t i = 0; i <= deactivated_subscriptions_max; ++i) {
    made.push_back(subscribe(topic));
    engine.deactivate(turn, made.back());
  }

  EXPECT_EQ(engine.topics().find(topic)->deactivated.size(), deactivated_subscriptions_max);
  EXPECT_EQ(engine.topics().find(made.front()), nullptr);
  EXPECT_EQ(engine.delivery_queue(made.front()), nullptr);
  EXPECT_EQ(engine.topics().find(topic)->counts().deleted, made.size());
}

// --- Lapse.

TEST_F(DeliveryQueues, PendingAndDeactivatedSubscriptionsLapseAfterTwoDays) {
  const SubscriptionId pending = subscribe(topic, SubscriptionState::pending);
  const SubscriptionId stays = subscribe(topic);
  const SubscriptionId deactivated = subscribe(topic);
  pass(1h);
  engine.deactivate(turn, deactivated);
  EXPECT_EQ(engine.next_lapse(), turn.now + 47h);

  pass(47h - 1ms);
  EXPECT_TRUE(engine.remove_lapsed(turn, 10));
  EXPECT_NE(engine.topics().find(pending), nullptr);
  pass(1ms);
  EXPECT_TRUE(engine.remove_lapsed(turn, 10));
  EXPECT_EQ(engine.topics().find(pending), nullptr);
  EXPECT_EQ(engine.next_lapse(), turn.now + 1h);
  pass(1h);
  EXPECT_TRUE(engine.remove_lapsed(turn, 10));

  EXPECT_EQ(engine.topics().find(deactivated), nullptr);
  EXPECT_EQ(engine.delivery_queues_after(SubscriptionId(), 10), std::vector{stays});
  EXPECT_EQ(engine.topics().find(topic)->counts().deleted, 2u);
  EXPECT_EQ(engine.next_lapse(), std::nullopt);
}

TEST_F(DeliveryQueues, LapseABoundedNumberOfSubscriptionsAtOnce) {
  for (int i = 0; i < 5; ++i) subscribe(topic, SubscriptionState::pending);
  pass(48h);

  EXPECT_FALSE(engine.remove_lapsed(turn, 3));
  EXPECT_EQ(engine.topics().subscriptions().size(), 2u);
  EXPECT_TRUE(engine.remove_lapsed(turn, 3));

  EXPECT_TRUE(engine.topics().subscriptions().empty());
}

TEST_F(DeliveryQueues, NothingLapsesWhileTheClockMayHaveJumped) {
  subscribe(topic, SubscriptionState::pending);
  pass(48h);
  engine.suspend_retention(turn.now + 90s);

  EXPECT_TRUE(engine.remove_lapsed(turn, 10));

  EXPECT_EQ(engine.topics().subscriptions().size(), 1u);
  EXPECT_EQ(engine.next_lapse(), turn.now + 90s);
}

TEST_F(DeliveryQueues, AreMadeForASubscriptionThatHasNone) {
  const SubscriptionId id(1);
  const SubscriptionCreated fact{.subscription = id,
                                 .topic = topic,
                                 .at = turn.now,
                                 .protocol = Protocol::http,
                                 .endpoint = "http://endpoint"};
  engine.apply(fact, turn.facts.append(fact));
  EXPECT_EQ(engine.delivery_queue(id), nullptr);

  const QueueId made = engine.obtain_delivery_queue(turn, id);

  EXPECT_EQ(made, queue_of(id));
  EXPECT_EQ(engine.obtain_delivery_queue(turn, id), made);
  EXPECT_EQ(engine.delivery_queues_after(SubscriptionId(), 10), std::vector{id});
}

}  // namespace
}  // namespace mailrail::engine
