#include "topology/elasticmq.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::topology {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr std::string_view example = R"(
include classpath("application.conf")

// Where it is.
node-address.host = "*"
rest-sqs {
    bind-port = 9324
    bind-hostname = "0.0.0.0"
}

queues {
    jobs {
        defaultVisibilityTimeout = 10 seconds
        delay = 5 seconds // A while.
        receiveMessageWait: 0 seconds
        deadLettersQueue { name = "jobs-dead", maxReceiveCount = 3 }
        copyTo = "audit"
        tags { team = shop }
    }
    jobs-dead { }
    "chat.fifo" {
        fifo = true   # In order.
        contentBasedDeduplication = true
    }
}
)";

std::string error_of(std::string_view text) {
  const auto document = parse_document(text, "e.conf", Format::hocon);
  return document ? "" : document.error().message;
}

TEST(ElasticMq, QueuesAreTakenOver) {
  const auto document = parse_document(example, "e.conf", Format::hocon);
  ASSERT_TRUE(document) << document.error().message;
  const auto topology = read_elasticmq(*document, {});
  ASSERT_TRUE(topology) << topology.error().front();

  ASSERT_EQ(topology->queues.size(), 3U);
  EXPECT_EQ(topology->queues[0].name, "jobs");
  EXPECT_THAT(
      topology->queues[0].attributes,
      ElementsAre(
          Pair("DelaySeconds", "5"), Pair("ReceiveMessageWaitTimeSeconds", "0"),
          Pair(
              "RedrivePolicy",
              R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:jobs-dead","maxReceiveCount":3})"),
          Pair("VisibilityTimeout", "10")));
  EXPECT_THAT(topology->queues[0].tags, ElementsAre(Pair("team", "shop")));
  EXPECT_THAT(topology->queues[2].attributes,
              ElementsAre(Pair("ContentBasedDeduplication", "true"), Pair("FifoQueue", "true")));
  EXPECT_THAT(topology->notes,
              ElementsAre(HasSubstr("node-address: skipped"), HasSubstr("rest-sqs: skipped"),
                          HasSubstr("copyTo: left out")));
}

TEST(ElasticMq, MistakesHaveTheirLine) {
  const auto document = parse_document(
      "queues {\n a {\n  delai = 5 seconds\n  defaultVisibilityTimeout = 3 weeks\n }\n}\n",
      "e.conf", Format::hocon);
  ASSERT_TRUE(document);
  const auto topology = read_elasticmq(*document, {});

  ASSERT_FALSE(topology);
  EXPECT_THAT(topology.error(),
              testing::UnorderedElementsAre(
                  testing::StartsWith("e.conf:3: queues.a.delai: There is no such key."),
                  testing::AllOf(testing::StartsWith("e.conf:2: "), HasSubstr("3 weeks"))));
}

TEST(Hocon, ThatNeedsMoreIsRefused) {
  EXPECT_EQ(error_of("a = ${b}"), "e.conf:1: Substitutions like ${...} are not made here.");
  EXPECT_EQ(error_of("\na = [1]"), "e.conf:2: Lists are not read here.");
  EXPECT_EQ(error_of("include \"x.conf\""), "e.conf:1: No other file is included here.");
  EXPECT_EQ(error_of("a = \"\"\"x\"\"\""), "e.conf:1: Texts of several lines are not read here.");
}

TEST(Hocon, ThatIsNoneSaysWhereItStopsBeingOne) {
  EXPECT_EQ(error_of("a {"), "e.conf:1: The } of a is missing.");
  EXPECT_EQ(error_of("a { }\n}"), "e.conf:2: There is a } too many.");
  EXPECT_EQ(error_of("{ a = 1"), "e.conf:1: The last } is missing.");
  EXPECT_EQ(error_of("a"), "e.conf:1: After a must come = or {.");
  EXPECT_EQ(error_of("a = \"x\ny\""), "e.conf:1: The text has no closing quote.");
  EXPECT_EQ(error_of("= 1"), "e.conf:1: Here must be a key.");
  EXPECT_EQ(error_of("a = \xff"), "e.conf:1: The text is not UTF-8.");
}

TEST(Hocon, AddsToATableThatIsMentionedAgain) {
  const auto document = parse_document("a.b = 1\na { c = 2 }", "e.conf", Format::hocon);

  ASSERT_TRUE(document);
  EXPECT_EQ(boost::json::serialize(document->root), R"({"a":{"b":1,"c":2}})");
}

}  // namespace
}  // namespace mailrail::topology
