#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

class TopicsTest : public EngineTest {
 protected:
  TopicId create_topic(const std::string& name) {
    return engine.create_topic(turn, name_of(name), {.is_fifo = name.ends_with(".fifo")}, {});
  }
  SubscriptionId subscribe(TopicId topic, const std::string& endpoint) {
    return engine.subscribe(turn,
                            {.topic = topic, .protocol = Protocol::https, .endpoint = endpoint});
  }
  static TopicName name_of(const std::string& name) {
    return {.region = "r", .account = "a", .name = name};
  }
  const Subscription& at(SubscriptionId id) const { return *engine.topics().find(id); }
  SubscriptionCounts counts(TopicId topic) const { return engine.topics().find(topic)->counts(); }
};

TEST_F(TopicsTest, AreFoundByNameAndNumberAndListedByName) {
  const TopicId second = create_topic("b.fifo");
  const TopicId first = create_topic("a");

  EXPECT_EQ(engine.topics().find(name_of("b.fifo"))->id, second);
  EXPECT_TRUE(engine.topics().find(second)->attributes.is_fifo);
  EXPECT_EQ(engine.topics().find(name_of("c")), nullptr);
  std::vector<TopicId> listed;
  for (const auto& [name, id] : engine.topics().names()) listed.push_back(id);
  EXPECT_EQ(listed, (std::vector{first, second}));
}

TEST_F(TopicsTest, ChangeAttributesAndTagsAsAWhole) {
  const TopicId topic = create_topic("t");
  const Instant created = turn.now;
  pass(1s);

  engine.change_topic(turn, topic, {.message_bytes_max = 2048, .kept = {{"DisplayName", "T"}}},
                      {{"team", "red"}});

  const Topic& changed = *engine.topics().find(topic);
  EXPECT_EQ(changed.attributes.message_bytes_max, 2048u);
  EXPECT_EQ(changed.attributes.kept.at("DisplayName"), "T");
  EXPECT_EQ(changed.tags.at("team"), "red");
  EXPECT_EQ(changed.created_at, created);
  EXPECT_EQ(changed.changed_at, turn.now);
}

TEST_F(TopicsTest, ADeletedTopicTakesItsSubscriptionsAlongAndItsNameIsFree) {
  const TopicId topic = create_topic("t");
  const TopicId other = create_topic("other");
  const SubscriptionId gone = subscribe(topic, "https://one");
  const SubscriptionId stays = subscribe(other, "https://one");

  engine.delete_topic(turn, topic);
  const TopicId again = create_topic("t");

  EXPECT_NE(again, topic);
  EXPECT_EQ(engine.topics().find(topic), nullptr);
  EXPECT_EQ(engine.topics().find(gone), nullptr);
  EXPECT_EQ(at(stays).topic, other);
  EXPECT_TRUE(engine.topics().find(again)->subscriptions.empty());
}

TEST_F(TopicsTest, HaveTheirSubscriptionsInTheOrderInWhichTheyWereMade) {
  const TopicId topic = create_topic("t");
  std::vector<SubscriptionId> made;
  for (const char* endpoint : {"https://z", "https://a", "https://m"}) {
    subscribe(create_topic(endpoint), endpoint);
    made.push_back(subscribe(topic, endpoint));
  }

  std::vector<SubscriptionId> listed;
  for (const auto& [id, each] : engine.topics().find(topic)->subscriptions) {
    EXPECT_EQ(each, engine.topics().find(id));
    listed.push_back(id);
  }

  EXPECT_EQ(listed, made);
}

TEST_F(TopicsTest, CountPendingConfirmedAndDeletedSubscriptions) {
  const TopicId topic = create_topic("t");
  const SubscriptionId first = subscribe(topic, "https://one");
  const SubscriptionId second = subscribe(topic, "https://two");
  engine.subscribe(turn, {.topic = topic, .state = SubscriptionState::confirmed});
  subscribe(topic, "https://four");

  engine.confirm(turn, first, {});
  engine.confirm(turn, first, {});
  engine.unsubscribe(turn, second);

  EXPECT_EQ(counts(topic).confirmed, 2u);
  EXPECT_EQ(counts(topic).pending, 1u);
  EXPECT_EQ(counts(topic).deleted, 1u);
}

TEST_F(TopicsTest, AConfirmationKeepsWhenItCameFirst) {
  const SubscriptionId id = subscribe(create_topic("t"), "https://one");
  pass(1h);
  const Instant confirmed = turn.now;

  engine.confirm(turn, id, {.was_authenticated = true, .must_authenticate_unsubscribe = true});
  pass(1h);
  engine.confirm(turn, id, {.was_authenticated = true, .must_authenticate_unsubscribe = true});

  EXPECT_TRUE(at(id).is_confirmed());
  EXPECT_TRUE(at(id).was_authenticated);
  EXPECT_TRUE(at(id).must_authenticate_unsubscribe);
  EXPECT_EQ(at(id).since, confirmed);
}

TEST_F(TopicsTest, ASubscriptionOutlivesItsQueue) {
  const QueueId queue = create("q");
  const QueueName name = engine.find_queue(queue)->name;
  const SubscriptionId id = engine.subscribe(
      turn, {.topic = create_topic("t"), .endpoint = "arn:aws:sqs:r:a:q", .queue = name});

  engine.delete_queue(turn, queue);

  EXPECT_EQ(at(id).queue, name);
}

struct NoMatcher : Matcher {
  std::uint64_t memory_bytes() const override { return 100; }
};

TEST_F(TopicsTest, AMatcherIsKeptUntilTheAttributesChange) {
  const SubscriptionId id = subscribe(create_topic("t"), "https://one");
  engine.confirm(turn, id, {});
  const std::uint64_t before = engine.memory_bytes();
  const auto matcher = std::make_shared<NoMatcher>();

  engine.keep_matcher(id, matcher);
  EXPECT_EQ(at(id).matcher, matcher);
  EXPECT_EQ(engine.memory_bytes(), before + 100);
  engine.confirm(turn, id, {});
  EXPECT_EQ(at(id).matcher, matcher);
  engine.change_subscription(turn, id, {.is_raw = true});

  EXPECT_EQ(at(id).matcher, nullptr);
  EXPECT_EQ(engine.memory_bytes(), before);
}

TEST_F(TopicsTest, AQueuesMatcherIsKeptUntilItsAttributesChange) {
  const QueueId queue = create("q");
  const std::uint64_t before = engine.memory_bytes();
  const auto matcher = std::make_shared<NoMatcher>();

  engine.keep_matcher(queue, matcher);
  EXPECT_EQ(engine.find_queue(queue)->matcher, matcher);
  EXPECT_EQ(engine.memory_bytes(), before + 100);
  send(queue, "hi");
  EXPECT_EQ(engine.find_queue(queue)->matcher, matcher);
  engine.change_queue(turn, queue, {});

  EXPECT_EQ(engine.find_queue(queue)->matcher, nullptr);
}

TEST_F(TopicsTest, AQueuesMatcherGoesWithIt) {
  struct LargeMatcher : Matcher {
    std::uint64_t memory_bytes() const override { return 1'000'000; }
  };
  const QueueId queue = create("q");
  const std::uint64_t before = engine.memory_bytes();
  engine.keep_matcher(queue, std::make_shared<LargeMatcher>());
  ASSERT_EQ(engine.memory_bytes(), before + 1'000'000);

  engine.delete_queue(turn, queue);

  EXPECT_LT(engine.memory_bytes(), before + 1'000'000);
}

TEST_F(TopicsTest, ATopicsMatcherIsKeptUntilItsAttributesChange) {
  const TopicId topic = create_topic("t");
  const std::uint64_t before = engine.memory_bytes();
  const auto matcher = std::make_shared<NoMatcher>();

  engine.keep_matcher(topic, matcher);
  EXPECT_EQ(engine.topics().find(topic)->matcher, matcher);
  EXPECT_EQ(engine.memory_bytes(), before + 100);
  subscribe(topic, "https://one");
  EXPECT_EQ(engine.topics().find(topic)->matcher, matcher);
  engine.change_topic(turn, topic, {}, {});

  EXPECT_EQ(engine.topics().find(topic)->matcher, nullptr);
  engine.keep_matcher(topic, matcher);
  engine.delete_topic(turn, topic);
  EXPECT_LT(engine.memory_bytes(), before + 100);
}

TEST_F(TopicsTest, IdsOfSubscriptionsCanBeReadButNotGuessed) {
  const Identity& identity = engine.identity();
  for (const std::uint32_t number : {1u, 2u, 77'777u, 0x7fffffffu}) {
    const SubscriptionId id(number);
    std::string text = identity.subscription_id(id);
    ASSERT_EQ(text.size(), 36u);
    EXPECT_EQ(text[14], '4');
    EXPECT_EQ(identity.read_subscription_id(text), id);
    std::string token = identity.endpoint_token(id, TokenUse::restore);
    EXPECT_EQ(identity.read_endpoint_token(token), (EndpointToken{id, TokenUse::restore}));
    EXPECT_EQ(identity.read_endpoint_token(identity.endpoint_token(id, TokenUse::confirm)),
              (EndpointToken{id, TokenUse::confirm}));
    for (char& each : text) {
      each = each == '0' ? '1' : '0';
      EXPECT_EQ(identity.read_subscription_id(text), std::nullopt);
      each = identity.subscription_id(id)[static_cast<std::size_t>(&each - text.data())];
    }
    for (char& each : token) {
      each = each == '0' ? '1' : '0';
      EXPECT_EQ(identity.read_endpoint_token(token), std::nullopt);
      each = identity.endpoint_token(
          id, TokenUse::restore)[static_cast<std::size_t>(&each - token.data())];
    }
  }
  EXPECT_EQ(identity.read_subscription_id(""), std::nullopt);
  EXPECT_EQ(identity.read_endpoint_token("nonsense"), std::nullopt);
  EXPECT_NE(identity.subscription_id(SubscriptionId(1)),
            identity.subscription_id(SubscriptionId(2)));
}

TEST_F(TopicsTest, APublicationHasAnIdOfItsOwn) {
  const Identity& identity = engine.identity();
  const std::string id = identity.publication_id(TopicId(1), Seq(2));

  EXPECT_EQ(id.size(), 36u);
  EXPECT_NE(id, identity.publication_id(TopicId(2), Seq(2)));
  EXPECT_NE(id, identity.publication_id(TopicId(1), Seq(3)));
  EXPECT_NE(id, identity.message_id(QueueId(1), Seq(2), 0));
}

TEST_F(TopicsTest, HaveOneSigningKeyTheNewest) {
  EXPECT_EQ(engine.signing_key(), nullptr);

  engine.set_signing_key(turn, "private", "public");
  const SigningKey first = *engine.signing_key();
  pass(1s);
  engine.set_signing_key(turn, "another", "certificate");

  EXPECT_EQ(
      first,
      (SigningKey{.made_at = turn.now - 1s, .private_key = "private", .certificate = "public"}));
  EXPECT_EQ(
      *engine.signing_key(),
      (SigningKey{.made_at = turn.now, .private_key = "another", .certificate = "certificate"}));
}

}  // namespace
}  // namespace mailrail::engine
