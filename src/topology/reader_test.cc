#include "topology/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::topology {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::SizeIs;

Checked<Topology> read(std::string_view toml) {
  const auto document = parse_document(toml, "t.toml", Format::toml);
  EXPECT_TRUE(document) << document.error().message;
  return read_topology(*document, {.region = "eu-west-1", .account = "111122223333"});
}

Problems problems_of(std::string_view toml) {
  const auto topology = read(toml);
  return topology ? Problems() : topology.error();
}

TEST(Topology, TakesShortWordsAndTurnsThemIntoAttributes) {
  const auto topology = read(R"(
[queues."orders.fifo"]
visibility_timeout = "5m"
retention = "4d"
message_size_max = "256KiB"
content_based_deduplication = true
dead_letters = "dead.fifo"
receives_max = 5
on_poison = "park"
tags = { team = "shop" }

[queues."dead.fifo"]
)");

  ASSERT_TRUE(topology);
  ASSERT_THAT(topology->queues, SizeIs(2));
  const Queue& queue =
      topology->queues[1].name == "orders.fifo" ? topology->queues[1] : topology->queues[0];
  EXPECT_THAT(
      queue.attributes,
      ElementsAre(
          Pair("ContentBasedDeduplication", "true"), Pair("FifoQueue", "true"),
          Pair("MaximumMessageSize", "262144"), Pair("MessageRetentionPeriod", "345600"),
          Pair(
              "RedrivePolicy",
              R"({"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:dead.fifo","maxReceiveCount":5})"),
          Pair("VisibilityTimeout", "300")));
  EXPECT_THAT(queue.tags, ElementsAre(Pair("mailrail:on-poison", "park"), Pair("team", "shop")));
}

TEST(Topology, TakesAwsNamesAndValuesJustAsWell) {
  const auto topology = read(R"(
[queues.orders]
VisibilityTimeout = "30"
DelaySeconds = 5
Policy = '{"Statement": []}'
)");

  ASSERT_TRUE(topology);
  EXPECT_THAT(topology->queues.front().attributes,
              ElementsAre(Pair("DelaySeconds", "5"), Pair("Policy", R"({"Statement":[]})"),
                          Pair("VisibilityTimeout", "30")));
}

TEST(Topology, SubscribesQueuesAndUrls) {
  const auto topology = read(R"(
[topics.forum]
display_name = "Forum"
[[subscriptions]]
topic = "forum"
queue = "mentions"
raw = true
filter = { type = ["mention"] }
dead_letters = "lost"
[[subscriptions]]
topic = "arn:aws:sns:eu-west-1:111122223333:forum"
url = "https://example.com/hook"
)");

  ASSERT_TRUE(topology);
  ASSERT_THAT(topology->subscriptions, SizeIs(2));
  EXPECT_EQ(topology->subscriptions[0],
            (Subscription{
                .topic = "forum",
                .protocol = "sqs",
                .endpoint = "arn:aws:sqs:eu-west-1:111122223333:mentions",
                .attributes = {
                    {"FilterPolicy", R"({"type":["mention"]})"},
                    {"RawMessageDelivery", "true"},
                    {"RedrivePolicy",
                     R"({"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:lost"})"}}}));
  EXPECT_EQ(topology->subscriptions[1].topic, "forum");
  EXPECT_EQ(topology->subscriptions[1].protocol, "https");
}

TEST(Topology, TellsAllMistakesWithTheirLines) {
  EXPECT_THAT(
      problems_of(
          "[queues.orders]\nvisibility_timout = 3\ndelay = \"soon\"\nfifo = true\n[queue]\n"),
      testing::UnorderedElementsAre(
          "t.toml:2: queues.orders.visibility_timout: There is no such key. Did you mean "
          "\"visibility_timeout\"?",
          "t.toml:3: queues.orders.delay: It must be a duration like 30s, 5m, 12h or 4d, not "
          "\"soon\".",
          "t.toml:1: queues.orders: It is to be FIFO, so its name must end with .fifo.",
          "t.toml:5: queue: There is no such section. Did you mean \"queues\"?"));
}

TEST(Topology, RefusesWhatCannotBe) {
  EXPECT_THAT(problems_of("[queues.\"a b\"]\n"),
              ElementsAre(HasSubstr("A queue's name has 1 to 80")));
  EXPECT_THAT(problems_of("[queues.\"a.fifo\"]\nfifo = false\n"),
              ElementsAre(HasSubstr("must be FIFO")));
  EXPECT_THAT(problems_of("[queues.a]\nretention = \"1d\"\nMessageRetentionPeriod = 5\n"),
              ElementsAre(HasSubstr("said twice")));
  EXPECT_THAT(problems_of("[queues.a]\ndead_letters = \"b\"\n"),
              ElementsAre(HasSubstr("receives_max")));
  EXPECT_THAT(problems_of("[queues.a]\nreceives_max = 3\n"),
              ElementsAre(HasSubstr("dead_letters")));
  EXPECT_THAT(problems_of("[queues.a]\ndead_letters = \"b.fifo\"\nreceives_max = 3\n"),
              ElementsAre(HasSubstr("both must be of one kind")));
  EXPECT_THAT(problems_of("[queues]\na = 1\n"), ElementsAre(HasSubstr("It must be a table.")));
  EXPECT_THAT(problems_of("[[subscriptions]]\ntopic = \"t\"\nqueue = \"q\"\nurl = \"http://x\"\n"),
              ElementsAre(HasSubstr("where messages go")));
  EXPECT_THAT(problems_of("[[subscriptions]]\ntopic = \"t\"\nqueue = \"q\"\n"
                          "[[subscriptions]]\ntopic = \"t\"\nqueue = \"q\"\n"),
              ElementsAre(HasSubstr("already")));
}

}  // namespace
}  // namespace mailrail::topology
