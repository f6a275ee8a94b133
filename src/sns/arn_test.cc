#include "sns/arn.h"

#include <gtest/gtest.h>

#include "sns/errors.h"

namespace mailrail::sns {
namespace {

const engine::QueueName topic{.region = "us-east-1", .account = "000000000000", .name = "news"};

std::string error_of(const auto& result) {
  return result ? "none"
                : std::string(result.error().kind->query_code) + ": " + result.error().message;
}

TEST(TopicArn, IsReadAsItIsWritten) {
  EXPECT_EQ(topic_arn(topic), "arn:aws:sns:us-east-1:000000000000:news");
  EXPECT_EQ(parse_topic_arn("TopicArn", topic_arn(topic), "us-east-1"), topic);
}

TEST(TopicArn, HasSixParts) {
  const auto refused = [](std::string_view arn) {
    return error_of(parse_topic_arn("TopicArn", arn));
  };

  EXPECT_EQ(refused(""),
            "InvalidParameter: Invalid parameter: TopicArn Reason: An ARN must have at least 6 "
            "elements, not 1");
  EXPECT_EQ(refused("arn:aws:sns:news"),
            "InvalidParameter: Invalid parameter: TopicArn Reason: An ARN must have at least 6 "
            "elements, not 4");
}

TEST(TopicArn, IsOfSnsAndOfTheCallersRegion) {
  for (const std::string_view arn :
       {"arn:aws:sqs:us-east-1:000000000000:news", "arn:aws:sns:us-east-1:000000000000:news:id",
        "arn:aws:sns:us-east-1:0:news", "arn:aws:sns:us-east-1:000000000000:", ":::::",
        "arn:aws:sns:eu-west-1:000000000000:news"}) {
    EXPECT_EQ(error_of(parse_topic_arn("TopicArn", arn, "us-east-1")),
              "InvalidParameter: Invalid parameter: TopicArn")
        << arn;
  }
}

TEST(SubscriptionArn, HasAnIdBehindTheTopic) {
  const auto read = parse_subscription_arn(subscription_arn(topic, "8d9-0"));

  ASSERT_TRUE(read);
  EXPECT_EQ(read->topic, topic);
  EXPECT_EQ(read->id, "8d9-0");
}

TEST(SubscriptionArn, IsRefusedWithoutOne) {
  EXPECT_EQ(error_of(parse_subscription_arn("PendingConfirmation")),
            "InvalidParameter: Invalid parameter: SubscriptionArn Reason: An ARN must have at "
            "least 6 elements, not 1");
  EXPECT_EQ(error_of(parse_subscription_arn(topic_arn(topic))),
            "InvalidParameter: Invalid parameter: SubscriptionId");
  EXPECT_EQ(error_of(parse_subscription_arn("arn:aws:sqs:us-east-1:000000000000:q:id")),
            "InvalidParameter: Invalid parameter: SubscriptionArn");
}

}  // namespace
}  // namespace mailrail::sns
