#include "sqs/policy.h"

#include <gtest/gtest.h>

#include "sqs/errors.h"

namespace mailrail::sqs {
namespace {

const engine::QueueName queue{.region = "us-east-1", .account = "000000000000", .name = "q"};

const std::string statement =
    R"({"Sid":"s","Effect":"Allow","Principal":"*","Action":"SQS:*","Resource":"*"})";

std::string policy_of(const std::string& statements) {
  return R"({"Version":"2012-10-17","Statement":)" + statements + "}";
}

std::string list_of(const std::string& element, int count) {
  std::string list = "[";
  for (int i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + element;
  return list + "]";
}

std::string statement_with(const std::string& principal,
                           const std::string& action,
                           const std::string& more = "") {
  return policy_of(R"({"Effect":"Deny","Principal":)" + principal + R"(,"Action":)" + action +
                   more + "}");
}

Error error_of(const Result<void>& checked) { return checked.error(); }

TEST(Policy, MayHaveItsStatementsInAListOrOneWithout) {
  EXPECT_TRUE(check_policy("{}"));
  EXPECT_TRUE(check_policy(policy_of("[]")));
  EXPECT_TRUE(check_policy(policy_of(statement)));
  EXPECT_TRUE(check_policy(policy_of(list_of(statement, 20))));
  EXPECT_EQ(error_of(check_policy(policy_of(list_of(statement, 21)))),
            (Error{&errors::over_limit, "21 Statements were found, maximum allowed is 20."}));
}

TEST(Policy, IsAnObjectOfAtMost8192Bytes) {
  const auto policy_of_size = [](std::size_t size) {
    return R"({"Id":")" + std::string(size - 9, 'x') + R"("})";
  };
  ASSERT_EQ(policy_of_size(8192).size(), 8192u);

  EXPECT_TRUE(check_policy(policy_of_size(8192)));
  EXPECT_FALSE(check_policy(policy_of_size(8193)));
  for (const std::string text : {"x", "[]", "\"x\"", "{} {}", "{\"Id\":}"}) {
    EXPECT_EQ(error_of(check_policy(text)),
              (Error{&errors::invalid_attribute_value, "Invalid value for the parameter Policy."}));
  }
  EXPECT_FALSE(check_policy(policy_of("\"x\"")));
  EXPECT_FALSE(check_policy(policy_of("[\"x\"]")));
}

TEST(Policy, IsNoDeeperThanAParserLikes) {
  EXPECT_FALSE(check_policy(R"({"x":)" + std::string(4000, '[') + std::string(4000, ']') + "}"));
}

TEST(Policy, HasStatementsThatSayWhoMayDoWhat) {
  EXPECT_TRUE(check_policy(statement_with(R"({"AWS":["1","2"],"Service":"x"})", R"(["a","b"])")));
  EXPECT_TRUE(check_policy(
      policy_of(R"({"Effect":"Allow","NotPrincipal":{"AWS":"1"},"NotAction":"SQS:SendMessage"})")));
  EXPECT_EQ(error_of(check_policy(
                policy_of("[" + statement + R"(,{"Effect":"Allow","Principal":"*"}])"))),
            (Error{&errors::invalid_attribute_value,
                   "Invalid value for the parameter Policy. Reason: Statement 2: it must have an "
                   "Action or NotAction: a text or a list of them."}));
  EXPECT_FALSE(check_policy(policy_of(R"({"Principal":"*","Action":"a"})")));
  EXPECT_FALSE(check_policy(policy_of(R"({"Effect":"allow","Principal":"*","Action":"a"})")));
  EXPECT_FALSE(check_policy(policy_of(R"({"Effect":"Allow","Principals":"*","Action":"a"})")));
  EXPECT_FALSE(check_policy(statement_with("7", "\"a\"")));
  EXPECT_FALSE(check_policy(statement_with(R"({"AWS":7})", "\"a\"")));
  EXPECT_FALSE(check_policy(statement_with("\"*\"", "[7]")));
  EXPECT_FALSE(check_policy(statement_with("\"*\"", "\"a\"", R"(,"Condition":"x")")));
}

TEST(Policy, HasSevenActionsFiftyPrincipalsAndTenConditionsInAStatementAtMost) {
  const auto principals = [](int count) { return R"({"AWS":)" + list_of("\"1\"", count) + "}"; };
  const auto conditions = [](int count) {
    std::string keys;
    for (int i = 1; i < count; ++i) keys += (i == 1 ? "\"" : ",\"") + std::to_string(i) + "\":1";
    return R"(,"Condition":{"Bool":{"a":"true"},"StringEquals":{)" + keys + "}}";
  };

  EXPECT_TRUE(check_policy(statement_with("\"*\"", list_of("\"a\"", 7))));
  EXPECT_EQ(error_of(check_policy(statement_with("\"*\"", list_of("\"a\"", 8)))),
            (Error{&errors::over_limit, "8 Actions were found, maximum allowed is 7."}));
  EXPECT_TRUE(check_policy(statement_with(principals(50), "\"a\"")));
  EXPECT_EQ(error_of(check_policy(statement_with(principals(51), "\"a\""))),
            (Error{&errors::over_limit, "51 Principals were found, maximum allowed is 50."}));
  EXPECT_TRUE(check_policy(statement_with("\"*\"", "\"a\"", conditions(10))));
  EXPECT_EQ(error_of(check_policy(statement_with("\"*\"", "\"a\"", conditions(11)))),
            (Error{&errors::over_limit, "11 Conditions were found, maximum allowed is 10."}));
}

TEST(Permission, FoundsAPolicyOfOneStatement) {
  EXPECT_EQ(
      with_permission("", queue,
                      {.label = "l", .account_ids = {"111111111111"}, .actions = {"SendMessage"}}),
      R"({"Version":"2008-10-17","Id":"arn:aws:sqs:us-east-1:000000000000:q/SQSDefaultPolicy",)"
      R"("Statement":[{"Sid":"l","Effect":"Allow",)"
      R"("Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"SQS:SendMessage",)"
      R"("Resource":"arn:aws:sqs:us-east-1:000000000000:q"}]})");
}

TEST(Permission, ListsSeveralAccountsAndActionsOnceEach) {
  const std::string policy =
      *with_permission("", queue,
                       {.label = "l",
                        .account_ids = {"111111111111", "222222222222", "111111111111"},
                        .actions = {"SendMessage", "GetQueueUrl", "SendMessage"}});

  EXPECT_NE(policy.find(R"({"AWS":["arn:aws:iam::111111111111:root",)"
                        R"("arn:aws:iam::222222222222:root"]})"),
            std::string::npos);
  EXPECT_NE(policy.find(R"("Action":["SQS:SendMessage","SQS:GetQueueUrl"])"), std::string::npos);
}

TEST(Permission, NamesThePartitionOfItsRegion) {
  const std::string policy =
      *with_permission("", {.region = "cn-north-1", .account = "000000000000", .name = "q"},
                       {.label = "l", .account_ids = {"111111111111"}, .actions = {"SendMessage"}});

  EXPECT_NE(policy.find(R"("arn:aws-cn:iam::111111111111:root")"), std::string::npos);
  EXPECT_NE(policy.find(R"("arn:aws-cn:sqs:cn-north-1:000000000000:q")"), std::string::npos);
}

TEST(Permission, GoesBehindWhatAPolicyHasAndLeavesTheRest) {
  const std::string own =
      R"({"Version":"2012-10-17","Id":"mine","Statement":)" + statement + R"(,"x":[1,null,true]})";
  const Permission permission{
      .label = "l", .account_ids = {"111111111111"}, .actions = {"SendMessage"}};

  const std::string both = *with_permission(own, queue, permission);

  EXPECT_TRUE(both.starts_with(R"({"Version":"2012-10-17","Id":"mine","Statement":[)" + statement +
                               R"(,{"Sid":"l",)"));
  EXPECT_EQ(with_permission(both, queue, permission).error(),
            (Error{&errors::invalid_parameter_value,
                   "Value l for parameter Label is invalid. Reason: Already exists."}));
  EXPECT_EQ(without_permission(both, "l"), R"({"Version":"2012-10-17","Id":"mine","Statement":[)" +
                                               statement + R"(],"x":[1,null,true]})");
}

TEST(Permission, FitsIntoTheLimitsOfAPolicy) {
  const Permission permission{
      .label = "l", .account_ids = {"111111111111"}, .actions = {"SendMessage"}};

  EXPECT_TRUE(with_permission(policy_of(list_of(statement, 19)), queue, permission));
  EXPECT_EQ(with_permission(policy_of(list_of(statement, 20)), queue, permission).error(),
            (Error{&errors::over_limit, "21 Statements were found, maximum allowed is 20."}));
  const std::string long_id = R"({"Id":")" + std::string(8100, 'x') + R"("})";
  EXPECT_EQ(with_permission(long_id, queue, permission).error().kind, &errors::over_limit);
}

TEST(Permission, IsTakenAwayByItsLabel) {
  EXPECT_EQ(without_permission(policy_of(statement), "s"), "");
  EXPECT_EQ(without_permission("", "s").error(),
            (Error{&errors::invalid_parameter_value,
                   "Value s for parameter Label is invalid. Reason: can't find label."}));
  EXPECT_FALSE(without_permission(policy_of(statement), "S"));
}

TEST(Permission, IsForAccountsAndActionsThatThereAre) {
  const auto error_of_permission = [](const Permission& permission) {
    return error_of(check_permission(permission)).message;
  };

  EXPECT_TRUE(check_permission({.label = std::string(80, '_'),
                                .account_ids = {"111111111111"},
                                .actions = {"*", "PurgeQueue", "ListDeadLetterSourceQueues"}}));
  EXPECT_EQ(error_of_permission({.label = "l", .account_ids = {"1"}, .actions = {"SendMessage"}}),
            "Value 1 for parameter PrincipalId is invalid. Reason: Unable to verify.");
  EXPECT_EQ(
      error_of_permission({.label = "l", .account_ids = {"111111111111"}, .actions = {"TagQueue"}}),
      "Value SQS:TagQueue for parameter ActionName is invalid. Reason: Only the queue owner is "
      "allowed to invoke this action.");
  EXPECT_EQ(
      error_of_permission(
          {.label = "l", .account_ids = {"111111111111"}, .actions = {"sendMessage"}}),
      "Value SQS:sendMessage for parameter ActionName is invalid. Reason: Please refer to the "
      "appropriate WSDL for a list of valid actions.");
  EXPECT_FALSE(check_permission(
      {.label = std::string(81, 'l'), .account_ids = {"111111111111"}, .actions = {"*"}}));
  EXPECT_FALSE(
      check_permission({.label = "a b", .account_ids = {"111111111111"}, .actions = {"*"}}));
}

}  // namespace
}  // namespace mailrail::sqs
