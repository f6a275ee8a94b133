#include "sns/policy.h"

#include <gtest/gtest.h>

namespace mailrail::sns {
namespace {

const engine::QueueName topic{.region = "us-east-1", .account = "000000000000", .name = "news"};
constexpr std::string_view default_text =
    R"({"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID",)"
    R"("Effect":"Allow","Principal":{"AWS":"*"},"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes",)"
    R"("SNS:AddPermission","SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe",)"
    R"("SNS:ListSubscriptionsByTopic","SNS:Publish"],"Resource":"arn:aws:sns:us-east-1:000000000000:news",)"
    R"("Condition":{"StringEquals":{"AWS:SourceOwner":"000000000000"}}}]})";

std::string reason(const auto& result) { return result ? "none" : result.error().message; }

std::string with_action(std::string_view action) {
  return R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":)" + std::string(action) +
         R"(,"Resource":"*"}]})";
}

TEST(TopicPolicy, IsAwsDefaultUntilAnotherIsSet) {
  EXPECT_EQ(default_policy(topic), default_text);
  EXPECT_TRUE(check_policy(default_text));
}

TEST(TopicPolicy, IsAboutActionsOnTopics) {
  for (const std::string_view action :
       {R"("SNS:Publish")", R"("sns:publish")", R"(["SNS:Subscribe","sns:Receive"])"})
    EXPECT_EQ(reason(check_policy(with_action(action))), "none") << action;
  for (const std::string_view action :
       {R"("SNS:*")", R"("*")", R"("SNS:Publishx")", R"("SQS:SendMessage")",
        R"(["SNS:Publish","SNS:CreateTopic"])"}) {
    EXPECT_EQ(reason(check_policy(with_action(action))),
              "Policy statement action out of service scope!")
        << action;
  }
}

TEST(TopicPolicy, IsJsonWithStatements) {
  for (const std::string_view policy :
       {"", "{", "[]", "{}", R"({"Statement":3})", R"({"Statement":[3]})", R"({"Statement":{}})",
        R"({"Statement":{"Effect":"Allow","Principal":"*"}})",
        R"({"Statement":{"Effect":"Maybe","Principal":"*","Action":"SNS:Publish"}})",
        R"({"Statement":{"Effect":"Allow","Action":"SNS:Publish"}})",
        R"({"Statement":{"Effect":"Allow","Principal":"*","Action":[3]}})",
        R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"SNS:Publish","Note":""}})",
        R"({"Statement":{"Effect":"Allow","Principal":"*","Action":{}}})"}) {
    EXPECT_EQ(reason(check_policy(policy)), "Policy Error: null") << policy;
  }
  EXPECT_TRUE(check_policy(R"({"Statement":[]})"));
  EXPECT_EQ(reason(check_policy(std::string(30'721, ' '))),
            "Policy: must not have more than 30720 bytes");
}

TEST(TopicPermission, IsAStatementBehindTheOthers) {
  const Permission one{.label = "one", .account_ids = {"111122223333"}, .actions = {"Publish"}};

  const std::string changed = with_permission(default_text, topic, one).value();

  EXPECT_EQ(
      changed,
      std::string(default_text.substr(0, default_text.size() - 2)) +
          R"(,{"Sid":"one","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},)"
          R"("Action":"SNS:Publish","Resource":"arn:aws:sns:us-east-1:000000000000:news"}]})");
  EXPECT_EQ(reason(with_permission(changed, topic, one)), "Statement already exists");
  EXPECT_EQ(without_permission(changed, "one"), default_text);
}

TEST(TopicPermission, MayNameSeveralAccountsAndActionsEachOnce) {
  const Permission several{.label = "some",
                           .account_ids = {"111122223333", "444455556666", "111122223333"},
                           .actions = {"Publish", "Publish", "Subscribe"}};

  const std::string changed = with_permission(R"({"Statement":[]})", topic, several).value();

  EXPECT_EQ(
      changed,
      R"({"Statement":[{"Sid":"some","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root",)"
      R"("arn:aws:iam::444455556666:root"]},"Action":["SNS:Publish","SNS:Subscribe"],)"
      R"("Resource":"arn:aws:sns:us-east-1:000000000000:news"}]})");
}

TEST(TopicPermission, OfALabelThatIsNotThereIsTakenAwayWithoutAWord) {
  EXPECT_EQ(without_permission(default_text, "other"), default_text);
}

TEST(TopicPermission, IsForAccountsAndActionsThatThereAre) {
  const auto refused = [](std::string account, std::string action) {
    return reason(check_permission(
        {.label = "a", .account_ids = {std::move(account)}, .actions = {std::move(action)}}));
  };

  EXPECT_EQ(refused("111122223333", "PutDataProtectionPolicy"), "none");
  EXPECT_EQ(refused("111122223333", "CreateTopic"),
            "Invalid parameter: Policy statement action out of service scope!");
  EXPECT_EQ(refused("111122223333", "*"),
            "Invalid parameter: Policy statement action out of service scope!");
  EXPECT_EQ(refused("1111", "Publish"), "Invalid parameter: A provided account ID is not valid");
  EXPECT_EQ(reason(check_permission({.label = "a", .account_ids = {}, .actions = {"Publish"}})),
            "Invalid parameter: AWSAccountId Reason: no value for required parameter");
  EXPECT_EQ(
      reason(check_permission({.label = "a", .account_ids = {"111122223333"}, .actions = {}})),
      "Invalid parameter: ActionName Reason: no value for required parameter");
}

}  // namespace
}  // namespace mailrail::sns
