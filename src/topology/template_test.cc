#include "topology/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::topology {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::SizeIs;

constexpr std::string_view forum = R"({
  "Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
  "Resources": {
    "Dead": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": true}},
    "Chat": {"Type": "AWS::SQS::Queue", "Properties": {
      "QueueName": {"Fn::Join": ["-", [{"Ref": "Stage"}, "chat.fifo"]]},
      "FifoQueue": "true",
      "VisibilityTimeout": 60,
      "KmsMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]},
      "DelaySeconds": {"Ref": "AWS::NoValue"},
      "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3},
      "Tags": [{"Key": "stack", "Value": {"Ref": "AWS::StackName"}}]}},
    "Key": {"Type": "AWS::KMS::Key", "Properties": {}},
    "Forum": {"Type": "AWS::SNS::Topic", "Properties": {"FifoTopic": true,
      "DisplayName": {"Fn::Sub": "Forum of ${Stage}, ${!not} ${AWS::Region}"}}},
    "ToChat": {"Type": "AWS::SNS::Subscription", "Properties": {
      "Protocol": "sqs", "TopicArn": {"Ref": "Forum"}, "Endpoint": {"Fn::GetAtt": "Chat.Arn"},
      "RawMessageDelivery": true, "FilterPolicy": {"type": ["post"]}}},
    "ToMail": {"Type": "AWS::SNS::Subscription", "Properties": {
      "Protocol": "email", "TopicArn": {"Ref": "Forum"}, "Endpoint": "ann@example.com"}},
    "ChatPolicy": {"Type": "AWS::SQS::QueuePolicy", "Properties": {
      "Queues": [{"Ref": "Chat"}],
      "PolicyDocument": {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Resource": {"Fn::GetAtt": ["Chat", "Arn"]},
        "Condition": {"ArnEquals": {"aws:SourceArn": {"Ref": "Forum"}}}}]}}}
  }})";

Checked<Topology> read(std::string_view text, TemplateSetting setting = {.stack = "shop"}) {
  const auto document = parse_document(text, "shop.template.json", Format::json);
  EXPECT_TRUE(document) << document.error().message;
  EXPECT_TRUE(is_template(*document));
  return read_template(*document, setting);
}

Problems problems_of(std::string_view resources, const TemplateSetting& setting = {}) {
  const auto topology = read(fmt::format(R"({{"Resources": {{{}}}}})", resources), setting);
  return topology ? Problems() : topology.error();
}

const Queue& queue_of(const Topology& topology, std::string_view name) {
  return *std::ranges::find(topology.queues, name, &Queue::name);
}

TEST(Template, MakesQueuesOfItsResources) {
  const auto topology = read(forum);

  ASSERT_TRUE(topology) << topology.error().front();
  ASSERT_THAT(topology->queues, SizeIs(2));
  EXPECT_EQ(topology->queues.front().name, "Dead.fifo");
  const Queue& chat = queue_of(*topology, "dev-chat.fifo");
  EXPECT_THAT(chat.tags, ElementsAre(Pair("stack", "shop")));
  EXPECT_THAT(
      chat.attributes,
      testing::IsSupersetOf(
          {Pair("FifoQueue", "true"), Pair("VisibilityTimeout", "60"),
           Pair(
               "RedrivePolicy",
               R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:Dead.fifo","maxReceiveCount":3})")}));
  EXPECT_FALSE(chat.attributes.contains("DelaySeconds"));
  EXPECT_THAT(chat.attributes.at("Policy"),
              HasSubstr(R"({"aws:SourceArn":"arn:aws:sns:us-east-1:000000000000:Forum.fifo"})"));
}

TEST(Template, MakesTopicsAndSubscriptionsOfItsResources) {
  const auto topology = read(forum);

  ASSERT_TRUE(topology);
  ASSERT_THAT(topology->topics, SizeIs(1));
  EXPECT_EQ(topology->topics.front().name, "Forum.fifo");
  EXPECT_EQ(topology->topics.front().attributes.at("DisplayName"),
            "Forum of dev, ${not} us-east-1");
  ASSERT_THAT(topology->subscriptions, SizeIs(1));
  EXPECT_EQ(topology->subscriptions.front(),
            (Subscription{.topic = "Forum.fifo",
                          .protocol = "sqs",
                          .endpoint = "arn:aws:sqs:us-east-1:000000000000:dev-chat.fifo",
                          .attributes = {{"FilterPolicy", R"({"type":["post"]})"},
                                         {"RawMessageDelivery", "true"}}}));
}

TEST(Template, NotesWhatItSkipsAndLeavesOut) {
  const auto topology = read(forum);

  ASSERT_TRUE(topology);
  EXPECT_THAT(
      topology->notes,
      testing::UnorderedElementsAre(
          "Resources.Chat.KmsMasterKeyId: left out: Key.Arn (AWS::KMS::Key) is known to AWS only",
          "Resources.Key: skipped, it is a AWS::KMS::Key",
          "Resources.ToMail: skipped, as its protocol is email"));
}

TEST(Template, TakesParametersAndWhatOnlyAwsKnowsFromOutside) {
  const auto topology =
      read(forum, {.stack = "shop", .parameters = {{"Stage", "live"}, {"Key.Arn", "the-key"}}});

  ASSERT_TRUE(topology);
  EXPECT_EQ(queue_of(*topology, "live-chat.fifo").attributes.at("KmsMasterKeyId"), "the-key");
}

TEST(Template, WantsAParameterThatHasNoDefault) {
  const auto topology = read(R"({"Parameters": {"Stage": {"Type": "String"}}, "Resources": {
    "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Stage"}}}}})");

  ASSERT_FALSE(topology);
  EXPECT_THAT(topology.error(), ElementsAre(HasSubstr("--parameter Stage=VALUE")));
}

TEST(Template, RefusesAPolicyThatIsNotKnown) {
  constexpr std::string_view resources = R"(
    "Q": {"Type": "AWS::SQS::Queue"},
    "Role": {"Type": "AWS::IAM::Role"},
    "P": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Q"}],
      "PolicyDocument": {"Statement": [{"Effect": "Deny", "Action": "sqs:*", "Resource": "*",
        "Principal": {"AWS": {"Fn::GetAtt": ["Role", "Arn"]}}}]}}})";

  EXPECT_THAT(problems_of(resources), ElementsAre(HasSubstr("Role.Arn (AWS::IAM::Role)")));
  EXPECT_THAT(problems_of(resources, {.parameters = {{"Role.Arn", "arn:aws:iam::1:role/r"}}}),
              testing::IsEmpty());
}

TEST(Template, SelectsAndSplits) {
  const auto topology = read(R"({"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {
    "QueueName": {"Fn::Select": [1, {"Fn::Split": ["/", "a/b/c"]}]}}}}})");

  ASSERT_TRUE(topology);
  EXPECT_EQ(topology->queues.front().name, "b");
}

TEST(Template, RefusesWhatItDoesNotEvaluate) {
  EXPECT_THAT(problems_of(R"("Q": {"Type": "AWS::SQS::Queue", "Condition": "IsLive"})"),
              ElementsAre(HasSubstr("conditions are not evaluated")));
  EXPECT_THAT(problems_of(R"("Q": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds":
                             {"Fn::ImportValue": "x"}}})"),
              ElementsAre(HasSubstr("Fn::ImportValue is a function that is not evaluated")));
  EXPECT_THAT(problems_of(R"("Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName":
                             {"Fn::GetAtt": ["Q", "QueueName"]}}})"),
              ElementsAre(HasSubstr("made of itself")));
  EXPECT_THAT(problems_of(R"("Q": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySecond": 3}})"),
              Contains(HasSubstr("Did you mean \"DelaySeconds\"?")));
  EXPECT_THAT(problems_of(R"("Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName":
                             {"Ref": "Nobody"}}})"),
              ElementsAre(HasSubstr("Nobody is neither a parameter nor a resource.")));
}

}  // namespace
}  // namespace mailrail::topology
