// What the actions on subscriptions of HTTP endpoints leave in their delivery queues, which no API
// shows.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine_testing.h"
#include "engine/limits.h"
#include "engine/surroundings_testing.h"
#include "signing/signing_testing.h"
#include "sns/limits.h"
#include "sns/notification.h"
#include "sns/publication.h"
#include "sns/publish.h"
#include "sns/subscription_settings.h"
#include "sns/subscriptions.h"

namespace mailrail::sns {
namespace {

using engine::Bodies;

class HttpSubscriptions : public engine::EngineTest {
 protected:
  HttpSubscriptions() {
    context.endpoint = "http://localhost:9324";
    context.identity = &engine.identity();
    context.signer = &signer;
    signer.load(signing::test_key_pair()).value();
    create_topic("t");
    create_topic("t.fifo");
  }

  void create_topic(const std::string& name) {
    engine.create_topic(
        turn, {.region = "us-east-1", .account = "000000000000", .name = name},
        {.is_fifo = name.ends_with(".fifo"), .message_bytes_max = limits::message_bytes_max}, {});
  }
  static std::string topic_arn(const std::string& name) {
    return "arn:aws:sns:us-east-1:000000000000:" + name;
  }
  const engine::Topic& topic(const std::string& name) const {
    return *engine.topics().find(
        engine::TopicName{.region = "us-east-1", .account = "000000000000", .name = name});
  }
  engine::QueueName make_queue(const std::string& name) {
    const engine::QueueName made{.region = "us-east-1", .account = "000000000000", .name = name};
    engine.create_queue(turn, made, {.is_fifo = name.ends_with(".fifo")}, {});
    return made;
  }

  Result<Subscribe::Decided> ask_to_subscribe(const std::string& name,
                                              const std::string& endpoint,
                                              const AttributeMap& attributes = {}) {
    auto prepared = Subscribe::prepare({.topic_arn = topic_arn(name),
                                        .protocol = endpoint.substr(0, endpoint.find(':')),
                                        .endpoint = endpoint,
                                        .attributes = attributes},
                                       context);
    return Subscribe::decide(engine, turn, prepared).value;
  }
  SubscriptionId subscribe(const std::string& name,
                           const std::string& endpoint = "http://endpoint",
                           const AttributeMap& attributes = {}) {
    return ask_to_subscribe(name, endpoint, attributes)->subscription;
  }
  // Pending no more, and the confirmation is out of the way.
  SubscriptionId confirmed(const std::string& name,
                           const std::string& endpoint = "http://endpoint",
                           const AttributeMap& attributes = {}) {
    const SubscriptionId id = subscribe(name, endpoint, attributes);
    EXPECT_TRUE(confirm(id));
    for (const engine::ReceivedMessage& each : take(id)) engine.delete_message(turn, each.handle());
    return id;
  }
  Result<ConfirmSubscription::Decided> confirm(SubscriptionId id) {
    return answer(id, engine::TokenUse::confirm);
  }
  Result<ConfirmSubscription::Decided> restore(SubscriptionId id) {
    return answer(id, engine::TokenUse::restore);
  }
  Result<ConfirmSubscription::Decided> answer(SubscriptionId id, engine::TokenUse use) {
    auto prepared = ConfirmSubscription::prepare(
        {.topic_arn = topic_arn("t"), .token = engine.identity().endpoint_token(id, use)}, context);
    return ConfirmSubscription::decide(engine, turn, prepared).value;
  }
  void unsubscribe(SubscriptionId id) {
    const engine::Subscription& of = *engine.topics().find(id);
    auto prepared = Unsubscribe::prepare(
        {.subscription_arn = topic_arn(engine.topics().find(of.topic)->name.name) + ":" +
                             engine.identity().subscription_id(id)},
        context);
    EXPECT_TRUE(Unsubscribe::decide(engine, turn, prepared).value);
  }
  void publish(const std::string& name, PublishInput input) {
    input.topic_arn = topic_arn(name);
    auto prepared = Publish::prepare(std::move(input), context);
    const auto published = Publish::decide(engine, turn, prepared).value;
    EXPECT_TRUE(published) << published.error().message;
  }

  std::vector<engine::ReceivedMessage> take(SubscriptionId id) {
    const engine::Queue* queue = engine.delivery_queue(id);
    return queue == nullptr ? std::vector<engine::ReceivedMessage>() : receive(queue->id);
  }
  std::vector<PublicationKind> kinds(SubscriptionId id) {
    std::vector<PublicationKind> kinds;
    for (const engine::ReceivedMessage& each : take(id)) {
      const std::string record = body(each);
      const auto publication = decode_publication(record);
      EXPECT_TRUE(publication);
      EXPECT_EQ(publication->endpoint, context.endpoint);
      EXPECT_EQ(publication->region, "us-east-1");
      kinds.push_back(publication->kind);
    }
    return kinds;
  }
  // As a queue would show them.
  Bodies shown(QueueId queue) {
    Bodies shown;
    for (const engine::ReceivedMessage& each : receive(queue)) {
      const std::string_view bytes =
          std::string_view(facts.payload())
              .substr(each.body.position.value() - facts.position().value(), each.body.length);
      const auto sent = *engine::decode_sent(bytes);
      shown.push_back(read_topic_message(engine.identity(), signer, sent, *each.share)->body);
    }
    return shown;
  }
  signing::Signer signer;
  api::Context context;
};

using Kinds = std::vector<PublicationKind>;

TEST_F(HttpSubscriptions, AreAskedToConfirmWhenTheyAreMadeAndEachTimeTheyAreAskedForAgain) {
  for (const std::string name : {"t", "t.fifo"}) {
    const SubscriptionId id = subscribe(name);
    EXPECT_EQ(kinds(id), Kinds{PublicationKind::subscription_confirmation});
    pass(60s);
    for (const engine::ReceivedMessage& each : take(id)) engine.delete_message(turn, each.handle());

    EXPECT_EQ(subscribe(name), id);
    EXPECT_EQ(subscribe(name), id);
    EXPECT_EQ(kinds(id), Kinds(2, PublicationKind::subscription_confirmation));
    EXPECT_TRUE(confirm(id));
    pass(60s);
    for (const engine::ReceivedMessage& each : take(id)) engine.delete_message(turn, each.handle());
    EXPECT_EQ(subscribe(name), id);

    EXPECT_EQ(kinds(id), Kinds{}) << "it is confirmed";
  }
}

TEST_F(HttpSubscriptions, AreNotMadeWhileTheServerIsFull) {
  const engine::FakeSurroundings full;
  turn.surroundings = &full;
  EXPECT_FALSE(ask_to_subscribe("t", "http://endpoint"));
  EXPECT_TRUE(engine.topics().subscriptions().empty());
  turn.surroundings = nullptr;
  const SubscriptionId id = confirmed("t");
  turn.surroundings = &full;

  unsubscribe(id);

  EXPECT_EQ(kinds(id), Kinds{PublicationKind::unsubscribe_confirmation});
}

TEST_F(HttpSubscriptions, GetNothingBeforeTheyAreConfirmed) {
  const SubscriptionId pending = subscribe("t");
  const SubscriptionId id = confirmed("t", "https://other");

  publish("t", {.message = "news"});

  EXPECT_EQ(kinds(pending), Kinds{PublicationKind::subscription_confirmation});
  EXPECT_EQ(kinds(id), Kinds{PublicationKind::notification});
}

TEST_F(HttpSubscriptions, AreToldThatTheyEndAndMayBeHadBack) {
  const SubscriptionId id = confirmed("t");
  publish("t", {.message = "never seen"});

  unsubscribe(id);
  EXPECT_EQ(topic("t").counts().deleted, 1u);
  EXPECT_EQ(kinds(id), Kinds{PublicationKind::unsubscribe_confirmation});
  publish("t", {.message = "nor this"});
  EXPECT_FALSE(confirm(id)) << "whoever kept the first link";
  EXPECT_TRUE(restore(id));
  EXPECT_TRUE(confirm(id)) << "changes nothing";
  publish("t", {.message = "news"});

  EXPECT_EQ(kinds(id), Kinds{PublicationKind::notification});
  EXPECT_EQ(topic("t").counts().confirmed, 1u);
  EXPECT_EQ(topic("t").counts().deleted, 0u);
}

TEST_F(HttpSubscriptions, EndAtOnceWhileTheyArePending) {
  const SubscriptionId id = subscribe("t");

  unsubscribe(id);

  EXPECT_EQ(engine.topics().find(id), nullptr);
  EXPECT_EQ(engine.delivery_queue(id), nullptr);
}

TEST_F(HttpSubscriptions, AreNotHadBackByWhoSubscribedAnewOrTooLate) {
  const SubscriptionId first = confirmed("t");
  unsubscribe(first);
  const SubscriptionId second = subscribe("t");
  EXPECT_NE(second, first);
  EXPECT_FALSE(restore(first));
  EXPECT_FALSE(restore(second)) << "it is pending";
  EXPECT_TRUE(confirm(second));
  unsubscribe(second);
  pass(48h);

  EXPECT_FALSE(restore(second));
  EXPECT_FALSE(restore(first));
}

TEST_F(HttpSubscriptions, AreNotHadBackBeyondTheTopicsLimit) {
  const SubscriptionId ended = confirmed("t.fifo", "http://ended");
  unsubscribe(ended);
  for (std::size_t i = 0; i < limits::fifo_subscriptions_max; ++i)
    subscribe("t.fifo", "http://endpoint/" + std::to_string(i));

  const auto again = restore(ended);

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, &errors::subscription_limit_exceeded_kind);
}

TEST_F(HttpSubscriptions, GetEachConversationInOrderByAFifoTopic) {
  const SubscriptionId id = confirmed("t.fifo");
  for (const char* each : {"1", "2"}) {
    publish("t.fifo",
            {.message = each, .message_deduplication_id = each, .message_group_id = "room"});
  }

  const auto first = receive(engine.delivery_queue(id)->id, 1);

  EXPECT_TRUE(decode_publication(body(first.at(0)))->text == "1");
  EXPECT_TRUE(take(id).empty()) << "one at a time";
}

TEST_F(HttpSubscriptions, HaveFiltersThatLookAtTheTextOfTheirProtocol) {
  const AttributeMap filter{{"FilterPolicy", R"({"to":["web"]})"},
                            {"FilterPolicyScope", "MessageBody"}};
  const SubscriptionId http = confirmed("t", "http://endpoint", filter);
  const SubscriptionId https = confirmed("t", "https://endpoint", filter);

  publish("t", {.message = R"({"default":"{\"to\":\"all\"}","http":"{\"to\":\"web\"}"})",
                .message_structure = "json"});
  EXPECT_EQ(kinds(http).size(), 1u);
  EXPECT_EQ(kinds(https).size(), 0u);
  publish("t", {.message = R"({"default":"{\"to\":\"web\"}","sqs":"{\"to\":\"queues\"}"})",
                .message_structure = "json"});

  EXPECT_EQ(kinds(http).size(), 1u);
  EXPECT_EQ(kinds(https).size(), 1u);
}

TEST_F(HttpSubscriptions, HaveWhatIsTooLongToPushAmongTheirDeadLetters) {
  const engine::QueueName dead = make_queue("dead");
  const SubscriptionId id = confirmed(
      "t", "http://endpoint",
      {{"RedrivePolicy", R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead"})"},
       {"RawMessageDelivery", "true"}});
  const SubscriptionId drops = confirmed("t", "http://other");
  const std::string fits(limits::pushed_bytes_max, 'x');

  publish("t", {.message = fits});
  EXPECT_EQ(kinds(id).size(), 1u);
  EXPECT_EQ(kinds(drops).size(), 1u);
  publish("t", {.message = fits + "y"});

  EXPECT_TRUE(take(id).empty());
  EXPECT_TRUE(take(drops).empty());
  EXPECT_EQ(shown(engine.find_queue(dead)->id), Bodies{fits + "y"});
}

TEST_F(HttpSubscriptions, HaveDeadLettersInTheFormInWhichTheyAreDelivered) {
  const engine::QueueName dead = make_queue("dead");
  const SubscriptionId raw = confirmed("t", "http://endpoint", {{"RawMessageDelivery", "true"}});
  const SubscriptionId enveloped = confirmed("t", "https://endpoint");
  publish("t", {.message = R"({"default":"d","sqs":"s","http":"h","https":"hs"})",
                .message_structure = "json"});

  for (const SubscriptionId each : {raw, enveloped}) {
    const auto message = take(each).at(0);
    EXPECT_EQ(engine.give_up(turn, message.handle(), dead, 100), engine::GiveUpResult::moved);
  }

  const Bodies letters = shown(engine.find_queue(dead)->id);
  ASSERT_EQ(letters.size(), 2u);
  EXPECT_EQ(letters[0], "h");
  EXPECT_TRUE(letters[1].contains("\"Message\" : \"hs\"")) << letters[1];
}

}  // namespace
}  // namespace mailrail::sns
