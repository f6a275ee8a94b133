#include "sns/fan_out.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/errors.h"
#include "sns/allocation_count_testing.h"
#include "sns/sns_testing.h"

namespace mailrail::sns {
namespace {

constexpr std::string_view nobody = R"({"Statement":[]})";
constexpr std::string_view topics_only =
    R"({"Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},)"
    R"("Action":"sqs:SendMessage"}]})";

class FanOut : public SnsTest {
 protected:
  // The names of the queues that get it.
  std::vector<std::string> queues_for(const engine::Topic& to, const PreparedMessage& message) {
    std::vector<std::string> names;
    const auto targets = targets_of(engine, to, message);
    EXPECT_TRUE(targets.has_value());
    for (const engine::PublishTarget& each : targets->queues)
      names.push_back(engine.find_queue(each.queue)->name.name);
    return names;
  }

  std::vector<std::string> queues_for(const std::string& text) {
    return queues_for(topic, prepare({.message = text}));
  }

  void set_policy(QueueId queue, std::string_view policy) {
    engine::QueueAttributes attributes = engine.find_queue(queue)->attributes;
    attributes.kept["Policy"] = policy;
    engine.change_queue(turn, queue, attributes);
  }

  static engine::SubscriptionAttributes with_dead_letters() {
    return {.dead_letter_target = named("dead")};
  }

  const engine::Topic& topic = create_topic("news");
};

using Names = std::vector<std::string>;

TEST_F(FanOut, ReachesConfirmedSubscriptionsInTheirOrder) {
  for (const char* each : {"c", "a", "b", "pending"}) create_queue(each);
  subscribe(topic, "c");
  subscribe(topic, "pending", {}, engine::SubscriptionState::pending);
  subscribe(topic, "a");
  subscribe(create_topic("views"), "b");
  const SubscriptionId endpoint =
      engine.subscribe(turn, {.topic = topic.id,
                              .protocol = engine::Protocol::https,
                              .endpoint = "https://one",
                              .state = engine::SubscriptionState::confirmed});

  EXPECT_EQ(queues_for("hi"), (Names{"c", "a", engine.delivery_queue(endpoint)->name.name}));
}

TEST_F(FanOut, ReachesThoseWhoseFilterTheMessageMeets) {
  create_queue("red");
  create_queue("large");
  subscribe(topic, "red", {.filter_policy = R"({"color":["red"]})"});
  subscribe(topic, "large",
            {.filter_policy = R"({"size":[{"numeric":[">",5]}]})",
             .filter_scope = engine::FilterScope::message_body});
  const auto message = [&](const std::string& color, const std::string& body) {
    return prepare({.message = body, .message_attributes = {{"color", string_attribute(color)}}});
  };

  EXPECT_EQ(queues_for(topic, message("red", "hi")), (Names{"red"}));
  EXPECT_EQ(queues_for(topic, message("blue", R"({"size":6})")), (Names{"large"}));
  EXPECT_EQ(queues_for(topic, message("red", R"({"size":6})")), (Names{"red", "large"}));
  EXPECT_EQ(queues_for(topic, message("blue", "hi")), (Names{}));
}

TEST_F(FanOut, TakesTheDeadLettersQueueForOneThatIsMissing) {
  create_queue("dead");
  subscribe(topic, "missing", with_dead_letters());
  subscribe(topic, "missing too");

  EXPECT_EQ(queues_for("hi"), (Names{"dead"}));
}

TEST_F(FanOut, DropsWhatNeitherQueueTakes) {
  subscribe(topic, "missing", with_dead_letters());

  EXPECT_EQ(queues_for("hi"), (Names{}));
}

TEST_F(FanOut, NeverReachesAFifoQueueByAStandardTopic) {
  create_queue("q.fifo");
  subscribe(topic, "q.fifo");

  EXPECT_EQ(queues_for("hi"), (Names{}));
}

TEST_F(FanOut, ComparesTheEnvelopeWithTheQueuesLimitToTheByte) {
  const PreparedMessage message = prepare({.message = "hi é \"", .subject = "s"});
  const auto size = static_cast<std::uint32_t>(message.form->enveloped_bytes);
  create_queue("fits", {.message_bytes_max = size});
  create_queue("small", {.message_bytes_max = size - 1});
  create_queue("dead");
  subscribe(topic, "fits", with_dead_letters());
  subscribe(topic, "small", with_dead_letters());

  EXPECT_EQ(queues_for(topic, message), (Names{"fits", "dead"}));
}

TEST_F(FanOut, ComparesARawMessageAndItsAttributesWithTheQueuesLimitToTheByte) {
  const PreparedMessage message =
      prepare({.message = "héllo", .message_attributes = {{"a", string_attribute("vv")}}});
  constexpr std::uint32_t size = 6 + 1 + 6 + 2;
  create_queue("fits", {.message_bytes_max = size});
  create_queue("small", {.message_bytes_max = size - 1});
  create_queue("dead");
  subscribe(topic, "fits", {.is_raw = true, .dead_letter_target = named("dead")});
  subscribe(topic, "small", {.is_raw = true, .dead_letter_target = named("dead")});

  EXPECT_EQ(queues_for(topic, message), (Names{"fits", "dead"}));
}

// No queue takes more than ten attributes, that for dead letters neither.
TEST_F(FanOut, DeliversTenAttributesRawAndNoMore) {
  create_queue("raw");
  create_queue("dead");
  create_queue("enveloped");
  subscribe(topic, "raw", {.is_raw = true, .dead_letter_target = named("dead")});
  subscribe(topic, "enveloped");
  PublishInput input{.message = "hi"};
  for (int i = 0; i < 10; ++i)
    input.message_attributes["a" + std::to_string(i)] = string_attribute("v");

  EXPECT_EQ(queues_for(topic, prepare(input)), (Names{"raw", "enveloped"}));
  input.message_attributes["more"] = string_attribute("v");
  EXPECT_EQ(queues_for(topic, prepare(input)), (Names{"enveloped"}));
}

TEST_F(FanOut, DeliversNoEmptyTextRaw) {
  create_queue("raw");
  create_queue("enveloped");
  subscribe(topic, "raw", {.is_raw = true});
  subscribe(topic, "enveloped");

  EXPECT_EQ(queues_for(topic, prepare({.message = R"({"default":"d","sqs":""})",
                                       .message_structure = "json"})),
            (Names{"enveloped"}));
}

TEST_F(FanOut, ObeysTheQueuesPolicyAndThatOfTheDeadLettersQueue) {
  const QueueId queue = create_queue("q");
  const QueueId dead = create_queue("dead");
  subscribe(topic, "q", with_dead_letters());

  EXPECT_EQ(queues_for("hi"), (Names{"q"}));
  set_policy(queue, nobody);
  EXPECT_EQ(queues_for("hi"), (Names{"dead"}));
  set_policy(dead, nobody);
  EXPECT_EQ(queues_for("hi"), (Names{}));
  set_policy(dead, topics_only);
  EXPECT_EQ(queues_for("hi"), (Names{"dead"}));
  set_policy(queue, topics_only);
  EXPECT_EQ(queues_for("hi"), (Names{"q"}));
}

TEST_F(FanOut, ReadsAPolicyOnce) {
  const QueueId queue = create_queue("q", {.kept = {{"Policy", std::string(topics_only)}}});
  subscribe(topic, "q");
  const std::uint64_t before = engine.memory_bytes();

  EXPECT_EQ(queues_for("hi"), (Names{"q"}));
  const auto read = engine.find_queue(queue)->matcher;
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(engine.memory_bytes(), before + read->memory_bytes());
  EXPECT_GT(read->memory_bytes(), topics_only.size());
  EXPECT_EQ(queues_for("hi"), (Names{"q"}));

  EXPECT_EQ(engine.find_queue(queue)->matcher, read);
}

// One that was taken before its form was looked at as closely as today.
TEST_F(FanOut, KeepsMessagesOutByAPolicyThatCannotBeRead) {
  create_queue("q", {.kept = {{"Policy", R"({"Statement":[{"Effect":"Allow","Principal":"*",)"
                                         R"("Action":"*","Conditions":{}}]})"}}});
  subscribe(topic, "q");

  EXPECT_EQ(queues_for("hi"), (Names{}));
}

TEST_F(FanOut, FailsForAFilterThatCannotBeRead) {
  create_queue("q");
  subscribe(topic, "q", {.filter_policy = "{"});

  const auto targets = targets_of(engine, topic, prepare({.message = "hi"}));

  ASSERT_FALSE(targets.has_value());
  EXPECT_EQ(targets.error().kind, &api::errors::internal_failure);
  EXPECT_TRUE(targets.error().message.contains("arn:aws:sqs:us-east-1:000000000000:q"));
}

TEST_F(FanOut, CompilesAFilterOnceAndCountsWhatItTakes) {
  create_queue("q");
  std::string listed = "1";
  for (int i = 2; i <= 10'000; ++i) listed += "," + std::to_string(i);
  for (const std::string& policy :
       {R"({"a":["x"]})" + std::string(),
        R"({"a":[{"prefix":")" + std::string(9000, 'x') + R"("}]})",
        R"({"a":[{"anything-but":[)" + listed + "]}]}",
        R"({"$or":[{"a":["x"]},{"b":[{"anything-but":[)" + listed + "]}]}]}"}) {
    const SubscriptionId id = subscribe(topic, "q", {.filter_policy = policy});
    const std::uint64_t before = engine.memory_bytes();

    queues_for("hi");
    const auto compiled = engine.topics().find(id)->matcher;
    ASSERT_NE(compiled, nullptr);
    EXPECT_EQ(engine.memory_bytes(), before + compiled->memory_bytes());
    EXPECT_GT(compiled->memory_bytes(), 2 * policy.size());
    const std::uint64_t of_list = policy.contains(listed) ? 10'000 * sizeof(Number) : 0;
    EXPECT_GT(compiled->memory_bytes(), of_list);
    queues_for("hi");

    EXPECT_EQ(engine.topics().find(id)->matcher, compiled);
  }
}

TEST_F(FanOut, TakesNoMemoryForFiltersThatAreCompiled) {
  const std::string long_value(100, 'v');
  create_queue("a-queue-with-a-long-name");
  for (int i = 0; i < 1000; ++i) {
    subscribe(topic, "a-queue-with-a-long-name",
              {.filter_policy = R"({"a":[{"prefix":"x"},")" + long_value + std::to_string(i) +
                                R"(",{"anything-but":[")" + long_value + R"("]}],"n":[7]})"});
  }
  const auto message = [&](const std::string& number) {
    return prepare({.message = "hi",
                    .message_attributes = {{"a", string_attribute(long_value)},
                                           {"n", string_attribute(number, "Number")}}});
  };
  const PreparedMessage unmet = message("8");
  const PreparedMessage other =
      prepare({.message = "hi",
               .message_attributes = {{"a", string_attribute("y")},
                                      {"n", string_attribute("7", "Number")}}});
  ASSERT_EQ(queues_for(topic, unmet).size(), 0u);

  const std::size_t before = allocation_count();
  const auto none = targets_of(engine, topic, unmet);
  const std::size_t of_none = allocation_count() - before;
  const auto all = targets_of(engine, topic, other);
  const std::size_t of_all = allocation_count() - before - of_none;

  EXPECT_EQ(none->queues.size(), 0u);
  EXPECT_EQ(of_none, 0u);
  EXPECT_EQ(all->queues.size(), 1000u);
  EXPECT_LE(of_all, 11u);  // The list of targets grows by doubling.
}

}  // namespace
}  // namespace mailrail::sns
