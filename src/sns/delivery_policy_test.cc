#include "sns/delivery_policy.h"

#include <string>

#include <gtest/gtest.h>

namespace mailrail::sns {
namespace {

std::string reason(const Result<std::string>& result) {
  return result ? "none: " + *result : result.error().message;
}

TEST(TopicDeliveryPolicy, IsKeptAsGivenInTheOrderOfAws) {
  EXPECT_EQ(
      topic_delivery_policy(
          R"({"http":{"defaultRequestPolicy":{"headerContentType":"text/csv"},)"
          R"("defaultHealthyRetryPolicy":{"numRetries":1,"minDelayTarget":5,"maxDelayTarget":6}}})"),
      R"({"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":5,"maxDelayTarget":6,"numRetries":1},)"
      R"("disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/csv"}}})");
}

TEST(TopicDeliveryPolicy, LosesWhatIsNull) {
  EXPECT_EQ(topic_delivery_policy(R"({"http":{"defaultHealthyRetryPolicy":null}})"),
            R"({"http":{"disableSubscriptionOverrides":false}})");
  EXPECT_EQ(topic_delivery_policy(R"({"http":null})"), "");
  EXPECT_EQ(topic_delivery_policy(""), "");
}

TEST(TopicDeliveryPolicy, IsEffectiveWithTheDefaultsBehindIt) {
  EXPECT_EQ(
      effective_topic_delivery_policy(""),
      R"({"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,)"
      R"("numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},)"
      R"("disableSubscriptionOverrides":false,)"
      R"("defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}})");
  EXPECT_EQ(
      effective_topic_delivery_policy(
          R"({"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":5,"numRetries":1},"disableSubscriptionOverrides":true}})"),
      R"({"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":5,"maxDelayTarget":20,"numRetries":1,)"
      R"("numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},)"
      R"("disableSubscriptionOverrides":true,)"
      R"("defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}})");
}

TEST(TopicDeliveryPolicy, IsRefusedWhereANumberIsOutOfItsRange) {
  const auto refused = [](std::string_view member) {
    return reason(topic_delivery_policy(R"({"http":{"defaultHealthyRetryPolicy":{)" +
                                        std::string(member) + "}}}"));
  };
  const std::string path = "DeliveryPolicy: http.defaultHealthyRetryPolicy.";

  EXPECT_EQ(refused(R"("numRetries":300)"), path + "numRetries must be less than or equal to 100");
  EXPECT_EQ(refused(R"("numRetries":18446744073709551615)"),
            path + "numRetries must be less than or equal to 100");
  EXPECT_EQ(refused(R"("numRetries":-1)"), path + "numRetries must be greater than or equal to 0");
  EXPECT_EQ(refused(R"("minDelayTarget":0)"),
            path + "minDelayTarget must be greater than or equal to 1");
  EXPECT_EQ(refused(R"("maxDelayTarget":3601)"),
            path + "maxDelayTarget must be less than or equal to 3600");
  EXPECT_EQ(refused(R"("minDelayTarget":21)"),
            path + "minDelayTarget must be less than or equal to maxDelayTarget");
  EXPECT_EQ(refused(R"("numNoDelayRetries":2,"numMinDelayRetries":2)"),
            path +
                "numRetries must be greater than or equal to the sum of numMaxDelayRetries, "
                "numNoDelayRetries and numMinDelayRetries");
  EXPECT_EQ(refused(R"("numRetries":"3")"), path + "numRetries must be an integer");
  EXPECT_EQ(refused(R"("backoffFunction":"cubic")"),
            path + "backoffFunction must be one of arithmetic, exponential, geometric and linear");
}

TEST(TopicDeliveryPolicy, IsRefusedWhereItHasWhatItHasNot) {
  EXPECT_EQ(reason(topic_delivery_policy(R"({"http":{"throttlePolicy":{}}})")),
            "DeliveryPolicy: Unexpected JSON member: throttlePolicy");
  EXPECT_EQ(reason(topic_delivery_policy(R"({"sqs":{}})")),
            "DeliveryPolicy: Unexpected JSON member: sqs");
  EXPECT_EQ(reason(topic_delivery_policy(R"({"http":3})")),
            "DeliveryPolicy: http must be an object");
  for (const std::string_view text : {"{", "[]", "3", "null", "\"http\""})
    EXPECT_EQ(reason(topic_delivery_policy(text)), "DeliveryPolicy: failed to parse JSON") << text;
}

// It becomes a header of a request.
TEST(TopicDeliveryPolicy, TakesNoContentTypeThatNoHeaderHolds) {
  for (const std::string_view type : {R"("")", R"("a\r\nb: c")", R"("\u00e9")", "3"}) {
    EXPECT_EQ(
        reason(topic_delivery_policy(R"({"http":{"defaultRequestPolicy":{"headerContentType":)" +
                                     std::string(type) + "}}}")),
        "DeliveryPolicy: http.defaultRequestPolicy.headerContentType must be a content type");
  }
}

constexpr std::string_view own = R"({"healthyRetryPolicy":{"numRetries":7},)"
                                 R"("throttlePolicy":{"maxReceivesPerSecond":5}})";

TEST(SubscriptionDeliveryPolicy, IsKeptAsGiven) {
  EXPECT_EQ(subscription_delivery_policy(own), own);
  EXPECT_EQ(subscription_delivery_policy(R"({"healthyRetryPolicy":null,"sicklyRetryPolicy":null})"),
            "");
  EXPECT_EQ(
      reason(subscription_delivery_policy(R"({"throttlePolicy":{"maxReceivesPerSecond":0}})")),
      "DeliveryPolicy: throttlePolicy.maxReceivesPerSecond must be greater than or equal to 1");
  EXPECT_EQ(reason(subscription_delivery_policy(R"({"http":{}})")),
            "DeliveryPolicy: Unexpected JSON member: http");
}

TEST(SubscriptionDeliveryPolicy, IsEffectiveBeforeTheTopics) {
  constexpr std::string_view topic =
      R"({"http":{"defaultHealthyRetryPolicy":{"numRetries":5,"numNoDelayRetries":2},)"
      R"("disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/csv"}}})";

  EXPECT_EQ(
      effective_subscription_delivery_policy(own, topic),
      R"({"healthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":7,"numMaxDelayRetries":0,)"
      R"("numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"sicklyRetryPolicy":null,)"
      R"("throttlePolicy":{"maxReceivesPerSecond":5},"requestPolicy":{"headerContentType":"text/csv"},"guaranteed":false})");
  EXPECT_EQ(
      effective_subscription_delivery_policy("", topic),
      R"({"healthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":5,"numMaxDelayRetries":0,)"
      R"("numNoDelayRetries":2,"numMinDelayRetries":0,"backoffFunction":"linear"},"sicklyRetryPolicy":null,)"
      R"("throttlePolicy":null,"requestPolicy":{"headerContentType":"text/csv"},"guaranteed":false})");
}

TEST(SubscriptionDeliveryPolicy, CountsForNothingWhereTheTopicForbidsIt) {
  constexpr std::string_view fixed = R"({"http":{"disableSubscriptionOverrides":true}})";

  EXPECT_EQ(effective_subscription_delivery_policy(own, fixed),
            effective_subscription_delivery_policy("", ""));
}

}  // namespace
}  // namespace mailrail::sns
