#include "cli/filter_report.h"

#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

admin::TestFilterOutput tested() {
  return {.topic_arn = "arn:topic",
          .subscriptions = {{.subscription_arn = "arn:1",
                             .protocol = "sqs",
                             .endpoint = "arn:queue",
                             .matches = true,
                             .reason = {}},
                            {.subscription_arn = "arn:2",
                             .protocol = "https",
                             .endpoint = "https://example.com/é",
                             .reason = R"(a is "y", and the policy asks for ["x"])"},
                            {.subscription_arn = "arn:3",
                             .protocol = "http",
                             .endpoint = "http://h",
                             .pending_confirmation = true,
                             .reason = "not confirmed yet"}},
          .next_token = {}};
}

TEST(FilterReport, IsATableForPeople) {
  EXPECT_EQ(
      table_of(tested(), Colours::none),
      "MATCHES  PROTOCOL  ENDPOINT               REASON\n"
      "yes      sqs       arn:queue\n"
      "no       https     https://example.com/é  a is \"y\", and the policy asks for [\"x\"]\n"
      "pending  http      http://h               not confirmed yet\n"
      "\n"
      "1 of 3 subscriptions of arn:topic would get the message.\n");
}

TEST(FilterReport, HasColoursWhereTheyAreWanted) {
  const std::string table = table_of(tested(), Colours::ansi);

  EXPECT_NE(table.find("\x1b[32myes\x1b[0m      sqs"), std::string::npos);
  EXPECT_NE(table.find("\x1b[33mpending\x1b[0m  http"), std::string::npos);
  EXPECT_NE(table.find("\nno       https"), std::string::npos);
}

TEST(FilterReport, IsLinesWithTabsForPrograms) {
  EXPECT_EQ(tabs_of(tested()),
            "arn:1\tsqs\tarn:queue\tyes\t\n"
            "arn:2\thttps\thttps://example.com/é\tno\ta is \"y\", and the policy asks for [\"x\"]\n"
            "arn:3\thttp\thttp://h\tpending\tnot confirmed yet\n");
}

TEST(FilterReport, IsOneJsonDocument) {
  admin::TestFilterOutput one = tested();
  one.subscriptions.resize(1);

  EXPECT_EQ(
      json_of(one),
      R"({"TopicArn":"arn:topic","Subscriptions":[{"SubscriptionArn":"arn:1","Protocol":"sqs",)"
      R"("Endpoint":"arn:queue","Matches":true,"PendingConfirmation":false}]})"
      "\n");
}

TEST(FilterReport, SaysThatThereIsNobody) {
  const admin::TestFilterOutput none{
      .topic_arn = "arn:topic", .subscriptions = {}, .next_token = {}};

  EXPECT_EQ(table_of(none, Colours::none), "arn:topic has no subscriptions.\n");
  EXPECT_EQ(tabs_of(none), "");
  EXPECT_EQ(json_of(none), "{\"TopicArn\":\"arn:topic\",\"Subscriptions\":[]}\n");
}

TEST(FilterReport, LetsNoControlCharacterThrough) {
  admin::TestFilterOutput evil = tested();
  evil.subscriptions.resize(1);
  evil.subscriptions[0].endpoint = "a\x1b[2J\tb\nc\xc2\x9b";

  EXPECT_EQ(tabs_of(evil), "arn:1\tsqs\ta\\u001b[2J\\u0009b\\u000ac\\u009b\tyes\t\n");
  EXPECT_NE(table_of(evil, Colours::none).find("a\\u001b[2J\\u0009b\\u000ac\\u009b"),
            std::string::npos);
}

}  // namespace
}  // namespace mailrail::cli
