#include "auth/policy_text.h"

#include <gtest/gtest.h>

namespace mailrail::auth {
namespace {

const std::vector<std::string> accounts = {"111111111111", "222222222222", "111111111111"};
const std::vector<std::string> actions = {"SendMessage"};

NewStatement statement(std::string_view label) {
  return {.label = label,
          .account_ids = accounts,
          .partition = "aws",
          .service = "SQS",
          .actions = actions,
          .resource = "arn:aws:sqs:us-east-1:000000000000:q"};
}

TEST(PolicyText, IsFoundedWithAStatementForEachGrant) {
  PolicyText policy("2008-10-17", "mine");

  policy.add(statement("l"));

  EXPECT_EQ(policy.text(),
            R"({"Version":"2008-10-17","Id":"mine","Statement":[{"Sid":"l","Effect":"Allow",)"
            R"("Principal":{"AWS":["arn:aws:iam::111111111111:root",)"
            R"("arn:aws:iam::222222222222:root"]},"Action":"SQS:SendMessage",)"
            R"("Resource":"arn:aws:sqs:us-east-1:000000000000:q"}]})");
}

TEST(PolicyText, KeepsWhatIsNotChanged) {
  PolicyText policy =
      *PolicyText::parse(R"({"x":[1,null],"Statement":{"Sid":"mine","y":2},"Id":"z"})");

  EXPECT_TRUE(policy.has_label("mine"));
  policy.add(statement("l"));
  EXPECT_EQ(policy.statement_count(), 2u);
  EXPECT_TRUE(policy.remove("l"));
  EXPECT_FALSE(policy.remove("l"));

  EXPECT_EQ(policy.text(), R"({"x":[1,null],"Statement":[{"Sid":"mine","y":2}],"Id":"z"})");
}

TEST(PolicyText, IsAnObjectWhoseStatementsAreObjects) {
  for (const std::string_view text :
       {"", "x", "[]", "{", R"({"Statement":3})", R"({"Statement":[3]})", R"({"Statement":null})",
        R"({"x":1e400})", R"({"x":[{"y":-1e400}]})"})
    EXPECT_FALSE(PolicyText::parse(text)) << text;
  EXPECT_EQ(PolicyText::parse("{}")->statement_count(), 0u);
}

}  // namespace
}  // namespace mailrail::auth
