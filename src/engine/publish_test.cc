#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine_testing.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

class Publish : public EngineTest {
 protected:
  Publish() {
    const auto create_topic = [&](const std::string& name, const TopicAttributes& attributes) {
      return engine.create_topic(turn, {.region = "r", .account = "a", .name = name}, attributes,
                                 {});
    };
    topic = create_topic("t", {});
    fifo_topic = create_topic("t.fifo", {.is_fifo = true});
  }

  SubscriptionId subscribe(TopicId to) {
    return engine.subscribe(turn, {.topic = to, .state = SubscriptionState::confirmed});
  }

  PublishResult publish(TopicId to,
                        const std::string& body,
                        const std::vector<PublishTarget>& targets,
                        const std::string& group = "") {
    return engine.publish(turn, {.topic = to,
                                 .group = group,
                                 .deduplication_id = body,
                                 .record = body,
                                 .targets = targets});
  }

  // Each under a subscription of its own, with its number.
  static std::vector<PublishTarget> to(const std::vector<QueueId>& queues) {
    std::vector<PublishTarget> targets;
    for (const QueueId each : queues)
      targets.push_back({.queue = each, .subscription = SubscriptionId(100 + each.value())});
    return targets;
  }

  std::string bytes_at(const Body& body) const {
    return facts.payload().substr(body.position.value() - facts.position().value(), body.length);
  }

  // As cleaning does.
  std::size_t relocate_all() {
    OldBodies cursor{.before = LiveBytes::stretch_after(facts.end()), .bytes_max = 1 << 20};
    std::size_t count = 0;
    while (!cursor.is_done) {
      for (const OldBody& old : engine.find_old_bodies(cursor, 10)) {
        engine.relocate(turn, old, bytes_at(old.body));
        count += 1;
      }
    }
    return count;
  }

  TopicId topic;
  TopicId fifo_topic;
};

TEST_F(Publish, GivesEachQueueTheMessageAndSaysWhoseItIs) {
  const QueueId one = create("one");
  const QueueId two = create("two");
  create("three");
  std::vector<PublishTarget> targets = to({one, two});
  targets[1].is_raw = true;

  const PublishResult result = publish(topic, "hello", targets);

  for (const PublishTarget& each : targets) {
    const auto received = receive(each.queue);
    ASSERT_EQ(bodies(received), Bodies{"hello"});
    ASSERT_TRUE(received[0].share);
    EXPECT_EQ(received[0].share->topic, topic);
    EXPECT_EQ(received[0].share->publication, result.publication);
    EXPECT_EQ(received[0].share->subscription, each.subscription);
    EXPECT_EQ(received[0].share->is_raw, each.is_raw);
    EXPECT_NE(received[0].seq, result.publication);
    EXPECT_EQ(received[0].origin_queue, each.queue);
    EXPECT_EQ(received[0].origin_seq, received[0].seq);
  }
  EXPECT_FALSE(result.is_duplicate);
}

TEST_F(Publish, IsOneFactWithOneBodyHoweverManyQueues) {
  std::vector<QueueId> queues;
  for (int i = 0; i < 1000; ++i) queues.push_back(create("q" + std::to_string(i)));
  const std::uint64_t facts_before = facts.count();
  const std::size_t bytes_before = facts.payload().size();
  const std::string body(100'000, 'b');

  publish(topic, body, to(queues));

  EXPECT_EQ(facts.count(), facts_before + 1);
  EXPECT_LT(facts.payload().size() - bytes_before, 2 * body.size() + 12 * queues.size());
  EXPECT_EQ(engine.message_count(), 1000u);
  EXPECT_LT(engine.live_bytes().total(), 2 * body.size() + 1000);
  for (const QueueId each : {queues.front(), queues.back()})
    EXPECT_EQ(receive_bodies(each), Bodies{body});
}

TEST_F(Publish, KeepsTheBodyUntilTheLastMessageOfItIsGone) {
  const QueueId one = create("one");
  const QueueId two = create("two");
  const QueueId three = create("three");
  const QueueId four = create("four", {.retention = 60s});
  const Seq publication = publish(topic, "hello", to({one, two, three, four})).publication;
  const std::uint64_t live = engine.live_bytes().total();

  engine.delete_message(turn, receive(one)[0].handle());
  EXPECT_EQ(engine.live_bytes().total(), live);
  engine.purge_queue(turn, two);
  engine.delete_queue(turn, three);
  pass(61s);
  EXPECT_EQ(engine.live_bytes().total(), live);
  engine.remove_expired(turn, 100);

  EXPECT_EQ(engine.live_bytes().total(), 0u);
  EXPECT_EQ(engine.shared_body(publication), std::nullopt);
}

TEST_F(Publish, WakesWhoWaitsAndRespectsTheDelayOfEachQueue) {
  const QueueId now = create("now");
  const QueueId later = create("later", {.delay = 10s});
  const QueueId fifo = create("later.fifo", {.delay = 10s});
  engine.take_woken();

  publish(topic, "a", to({now, later}));
  publish(fifo_topic, "b", to({fifo}), "g");

  EXPECT_EQ(engine.take_woken(), std::vector{now});
  EXPECT_EQ(receive_bodies(later), Bodies{});
  EXPECT_EQ(receive_bodies(fifo), Bodies{});
  pass(10s);
  EXPECT_EQ(receive_bodies(later), Bodies{"a"});
  EXPECT_EQ(receive_bodies(fifo), Bodies{"b"});
}

TEST_F(Publish, KeepsTheOrderOfAConversationInEveryFifoQueue) {
  const QueueId one = create("one.fifo");
  const QueueId two = create("two.fifo");
  for (const char* each : {"a", "b", "c"}) publish(fifo_topic, each, to({one, two}), "room");
  publish(fifo_topic, "x", to({two}), "other");

  EXPECT_EQ(receive_bodies(one), (Bodies{"a", "b", "c"}));
  EXPECT_EQ(receive_bodies(two), (Bodies{"a", "b", "c", "x"}));
  EXPECT_EQ(receive_bodies(one), Bodies{}) << "the conversation is locked";
}

TEST_F(Publish, GivesAFifoQueueOneMessageForTwoSubscriptions) {
  const QueueId fifo = create("dead.fifo");
  const QueueId standard = create("dead");

  publish(fifo_topic, "a", to({fifo, standard, fifo, standard}), "room");

  EXPECT_EQ(receive_bodies(fifo), Bodies{"a"});
  EXPECT_EQ(receive_bodies(standard), (Bodies{"a", "a"}));
}

TEST_F(Publish, OfAFifoTopicGivesAStandardQueueNoGroup) {
  const QueueId standard = create("standard");
  const QueueId fifo = create("q.fifo");
  publish(fifo_topic, "a", to({standard, fifo}), "room");
  EXPECT_FALSE(receive(standard).at(0).is_grouped);
  EXPECT_TRUE(receive(fifo).at(0).is_grouped);

  publish(topic, "b", to({standard}), "tenant");

  EXPECT_TRUE(receive(standard).at(0).is_grouped);
}

TEST_F(Publish, OfAFifoTopicHappensOnceWithinFiveMinutes) {
  const QueueId queue = create("q.fifo");
  const QueueId standard = create("standard");
  const Seq first = publish(fifo_topic, "a", to({queue, standard}), "room").publication;
  EXPECT_FALSE(receive(queue).empty());
  EXPECT_FALSE(receive(standard).empty());
  pass(5min - 1ms);

  const PublishResult again = publish(fifo_topic, "a", to({queue, standard}), "other room");
  EXPECT_TRUE(again.is_duplicate);
  EXPECT_EQ(again.publication, first);
  EXPECT_EQ(engine.counts(queue).visible + engine.counts(standard).visible, 2u);
  pass(1ms);

  EXPECT_FALSE(publish(fifo_topic, "a", to({queue}), "room").is_duplicate);
}

TEST_F(Publish, IsADuplicateOnlyWithinItsGroupIfTheTopicSaysSo) {
  engine.change_topic(
      turn, fifo_topic,
      {.is_fifo = true, .deduplication_scope = TopicDeduplicationScope::message_group}, {});

  EXPECT_FALSE(publish(fifo_topic, "a", {}, "one").is_duplicate);
  EXPECT_FALSE(publish(fifo_topic, "a", {}, "two").is_duplicate);
  EXPECT_TRUE(publish(fifo_topic, "a", {}, "one").is_duplicate);
}

TEST_F(Publish, OfAStandardTopicIsNeverADuplicate) {
  const QueueId queue = create("q");

  const Seq first = publish(topic, "a", to({queue})).publication;
  const Seq second = publish(topic, "a", to({queue})).publication;

  EXPECT_LT(first, second);
  EXPECT_EQ(engine.counts(queue).visible, 2u);
}

TEST_F(Publish, RespectsTheDeduplicationOfEachFifoQueue) {
  const QueueId fresh = create("fresh.fifo");
  const QueueId knows = create("knows.fifo");
  send(knows, "a", "room");

  publish(fifo_topic, "a", to({fresh, knows}), "room");

  EXPECT_EQ(engine.counts(knows).visible, 1u);
  EXPECT_EQ(receive_bodies(fresh), Bodies{"a"});
  send(fresh, "a", "room");
  EXPECT_EQ(engine.counts(fresh).in_flight + engine.counts(fresh).visible, 1u);
}

TEST_F(Publish, WithoutMatchesKeepsNoBodyButItsNumber) {
  const std::size_t before = facts.payload().size();

  const Seq first = publish(topic, std::string(10'000, 'b'), {}).publication;

  EXPECT_LT(facts.payload().size() - before, 10'300u);
  EXPECT_EQ(engine.live_bytes().total(), 0u);
  EXPECT_GT(publish(topic, "b", {}).publication, first);
}

TEST_F(Publish, SharesItsBodyAlsoWithDeadLettersAndRedrivenMessages) {
  const QueueId dead = create("dead");
  const QueueName dead_name = engine.find_queue(dead)->name;
  const QueueId one =
      create("one", {.dead_letter = DeadLetter{.target = dead_name, .receive_count_max = 1}});
  const QueueId two = create("two");
  const std::vector<PublishTarget> targets = to({one, two});
  publish(topic, "hello", targets);
  const std::uint64_t live = engine.live_bytes().total();
  const Seq origin = receive(one).at(0).seq;
  pass(30s);
  EXPECT_TRUE(receive(one).empty());

  const auto died = receive(dead, 10, 0s);
  ASSERT_EQ(bodies(died), Bodies{"hello"});
  EXPECT_EQ(died[0].origin_seq, origin);
  EXPECT_EQ(died[0].share->subscription, targets[0].subscription);
  EXPECT_EQ(died[0].dead_letter_source->name, "one");
  pass(1ms);
  engine.start_move_task(turn, {.source = dead});
  engine.move_messages(turn);

  const auto back = receive(one);
  ASSERT_EQ(bodies(back), Bodies{"hello"});
  EXPECT_EQ(back[0].share->subscription, targets[0].subscription);
  EXPECT_EQ(engine.live_bytes().total(), live);
  engine.delete_message(turn, back[0].handle());
  engine.delete_message(turn, receive(two)[0].handle());
  EXPECT_EQ(engine.live_bytes().total(), 0u);
}

TEST_F(Publish, MovesABodyOnceForAllWhoShareIt) {
  const QueueId one = create("one");
  const QueueId two = create("two");
  publish(topic, "hello", to({one, two}));
  send(one, "own");
  const std::uint64_t live = engine.live_bytes().total();

  EXPECT_EQ(relocate_all(), 2u);

  EXPECT_EQ(engine.live_bytes().total(), live);
  EXPECT_EQ(receive_bodies(one), (Bodies{"hello", "own"}));
  EXPECT_EQ(receive_bodies(two), Bodies{"hello"});
}

TEST_F(Publish, DamageOfTheBodyIsFoundOnceAndStopsAllThatShareIt) {
  const QueueId one = create("one");
  const QueueId fifo = create("q.fifo");
  publish(fifo_topic, "broken", to({one, fifo}), "room");
  publish(fifo_topic, "whole", to({one, fifo}), "room");
  publish(fifo_topic, "elsewhere", to({one, fifo}), "other");
  const std::uint64_t live = engine.live_bytes().total();
  const auto received = receive(one, 1);

  EXPECT_TRUE(engine.mark_damaged(turn, one, received[0].seq, received[0].body.position));
  EXPECT_FALSE(engine.mark_damaged(turn, one, received[0].seq, received[0].body.position));

  EXPECT_EQ(engine.live_bytes().total(), live - received[0].body.length);
  EXPECT_EQ(receive_bodies(fifo), Bodies{"elsewhere"});
  EXPECT_EQ(receive_bodies(one), (Bodies{"whole", "elsewhere"}));
  EXPECT_EQ(engine.counts(fifo).visible, 1u) << "behind the damaged one";
  EXPECT_EQ(relocate_all(), 2u);
}

TEST_F(Publish, DamageThatCleaningFindsNeedsNoReader) {
  const QueueId queue = create("q");
  publish(topic, "broken", to({queue}));
  OldBodies cursor{.before = LiveBytes::stretch_after(facts.end()), .bytes_max = 1 << 20};
  std::vector<OldBody> old;
  while (old.empty() && !cursor.is_done) old = engine.find_old_bodies(cursor, 10);
  ASSERT_EQ(old.size(), 1u);

  EXPECT_TRUE(engine.mark_damaged(turn, old[0]));
  EXPECT_FALSE(engine.mark_damaged(turn, old[0]));

  EXPECT_EQ(engine.live_bytes().total(), 0u);
  EXPECT_EQ(receive_bodies(queue), Bodies{});
  EXPECT_EQ(engine.counts(queue).visible, 0u);
}

TEST_F(Publish, OutlivesTheTopicAndTheSubscription) {
  const QueueId queue = create("q");
  const SubscriptionId subscription = subscribe(topic);
  publish(topic, "hello", {{.queue = queue, .subscription = subscription}});

  engine.delete_topic(turn, topic);

  const auto received = receive(queue);
  EXPECT_EQ(bodies(received), Bodies{"hello"});
  EXPECT_EQ(received[0].share->subscription, subscription);
}

}  // namespace
}  // namespace mailrail::engine
