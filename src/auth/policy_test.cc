#include "auth/policy.h"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace mailrail::auth {
namespace {

constexpr std::string_view queue = "arn:aws:sqs:us-east-1:000000000000:q";
constexpr std::string_view topic = "arn:aws:sns:us-east-1:000000000000:news";
constexpr std::array context = {ContextValue{.key = "aws:SourceArn", .value = topic},
                                ContextValue{.key = "aws:SourceAccount", .value = "000000000000"},
                                ContextValue{.key = "aws:SecureTransport", .value = "true"},
                                ContextValue{.key = "aws:SourceIp", .value = "10.1.2.3"}};

constexpr Principal sns{.service = "sns.amazonaws.com"};
constexpr Principal ann{.account = "111111111111", .arn = "arn:aws:iam::111111111111:user/ann"};

Decision decision(const std::string& statements,
                  const Principal& principal = sns,
                  std::string_view action = "sqs:SendMessage") {
  const auto policy = parse_policy(R"({"Statement":)" + statements + "}");
  EXPECT_TRUE(policy.has_value()) << statements;
  if (!policy) return Decision::denied;
  return decide(*policy,
                {.principal = principal, .action = action, .resource = queue, .context = context});
}

bool allows(const std::string& statements,
            const Principal& principal = sns,
            std::string_view action = "sqs:SendMessage") {
  return decision(statements, principal, action) == Decision::allowed;
}

std::string statement(const std::string& members, const std::string& effect = "Allow") {
  std::string text = R"({"Effect":")" + effect + "\"";
  if (!members.contains("Principal\"")) text += R"(,"Principal":"*")";
  if (!members.contains("Action\"")) text += R"(,"Action":"SQS:SendMessage")";
  return text + (members.empty() ? "" : ",") + members + "}";
}

bool is_met(const std::string& condition) {
  return allows(statement(R"("Condition":{)" + condition + "}"));
}

// What AWS's documentation has for "allow Amazon SNS to send messages to a queue".
TEST(Policy, LetsATopicSendAsAwsDocumentsIt) {
  const std::string documented = R"([{"Effect":"Allow",
    "Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage",
    "Resource":"arn:aws:sqs:us-east-1:000000000000:q",
    "Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:us-east-1:000000000000:news"}}}])";

  EXPECT_EQ(decision(documented), Decision::allowed);
  EXPECT_EQ(decision(documented, ann), Decision::not_allowed);
  EXPECT_EQ(decision(documented, sns, "sqs:ReceiveMessage"), Decision::not_allowed);
  EXPECT_EQ(decision("[]"), Decision::not_allowed);
}

TEST(Policy, DeniesWhateverElseIsAllowed) {
  const std::string allow = statement("");
  const std::string deny = statement("", "Deny");

  EXPECT_EQ(decision(deny), Decision::denied);
  EXPECT_EQ(decision("[" + allow + "," + deny + "]"), Decision::denied);
  EXPECT_EQ(decision("[" + deny + "," + allow + "]"), Decision::denied);
  EXPECT_EQ(decision("[" + allow + "," + statement(R"("Action":"SQS:PurgeQueue")", "Deny") + "]"),
            Decision::allowed);
}

TEST(Policy, NamesPrincipals) {
  const auto allows_to = [](const std::string& principal, const Principal& who) {
    return allows(statement(R"("Principal":)" + principal), who);
  };

  for (const std::string anybody : {R"("*")", R"({"AWS":"*"})", R"({"AWS":["x","*"]})"}) {
    EXPECT_TRUE(allows_to(anybody, sns)) << anybody;
    EXPECT_TRUE(allows_to(anybody, ann)) << anybody;
  }
  for (const std::string hers :
       {R"({"AWS":"arn:aws:iam::111111111111:user/ann"})",
        R"({"AWS":["111111111111","arn:aws:iam::111111111111:user/ann"]})"})
    EXPECT_TRUE(allows_to(hers, ann)) << hers;
  for (const std::string others :
       {R"({"AWS":"222222222222"})", R"({"AWS":"arn:aws:iam::222222222222:root"})",
        R"({"AWS":"arn:aws:iam::111111111111:user/*"})", R"({"AWS":""})", R"("111111111111")",
        R"({"Federated":"111111111111"})", R"({"Service":"*"})",
        R"({"Service":"sns.amazonaws.com"})", "{}"})
    EXPECT_FALSE(allows_to(others, ann)) << others;
  EXPECT_TRUE(allows_to(R"({"Service":["x","sns.amazonaws.com"]})", sns));
  for (const std::string others :
       {R"({"Service":"s3.amazonaws.com"})", R"({"AWS":"sns.amazonaws.com"})",
        R"({"AWS":"arn:aws:iam::000000000000:root"})", R"({"AWS":""})", R"({"Service":""})"})
    EXPECT_FALSE(allows_to(others, sns)) << others;
}

TEST(Policy, DelegatesToAnAccountThatItNames) {
  for (const std::string hers :
       {R"({"AWS":"111111111111"})", R"({"AWS":"arn:aws:iam::111111111111:root"})",
        R"({"Service":"sns.amazonaws.com","AWS":["222222222222","111111111111"]})"}) {
    const std::string names = R"("Principal":)" + hers;
    const std::string both = "[" + statement("") + "," + statement(names) + "]";

    EXPECT_EQ(decision(statement(names), ann), Decision::delegated) << hers;
    EXPECT_EQ(decision(statement(names, "Deny"), ann), Decision::denied) << hers;
    EXPECT_EQ(decision(both, ann), Decision::allowed) << hers;
  }
  // Who has no account is not of the account that has no number.
  const std::string names_none = statement(R"("Principal":{"AWS":"arn:aws:iam:::root"})");
  EXPECT_EQ(decision(names_none, Principal{}), Decision::not_allowed);
  EXPECT_EQ(decision(statement(""), Principal{}), Decision::allowed);
}

TEST(Policy, NamesActionsInAnyCaseAndWithPatterns) {
  const auto allows_action = [](const std::string& action) {
    return allows(statement(R"("Action":)" + action));
  };

  for (const std::string right : {R"("sqs:SendMessage")", R"("SQS:sendmessage")", R"("SQS:*")",
                                  R"("*")", R"("sqs:Send*")", R"(["x","sqs:SendMessag?"])"})
    EXPECT_TRUE(allows_action(right)) << right;
  for (const std::string wrong :
       {R"("sqs:SendMessageBatch")", R"("SendMessage")", R"("sns:*")", "[]", R"("")"})
    EXPECT_FALSE(allows_action(wrong)) << wrong;
}

TEST(Policy, NamesResourcesOrMeansItsOwn) {
  for (const std::string right :
       {R"("Resource":"*")", R"("Resource":"arn:aws:sqs:us-east-1:000000000000:q")",
        R"("Resource":["x","arn:aws:sqs:*:*:?"])", R"("Resource":"arn:aws:sqs")", R"("Sid":"x")"})
    EXPECT_TRUE(allows(statement(right))) << right;
  for (const std::string wrong :
       {R"("Resource":"arn:aws:sqs:us-east-1:000000000000:Q")", R"("Resource":[])",
        R"("Resource":"q")", R"("Resource":"arn:aws:sqs:us-east-1:000000000000:${x}")"})
    EXPECT_FALSE(allows(statement(wrong))) << wrong;
}

TEST(Policy, NamesWhatIsLeftOutToo) {
  EXPECT_FALSE(allows(statement(R"("NotAction":"sqs:SendMessage")")));
  EXPECT_TRUE(allows(statement(R"("NotAction":["sqs:ReceiveMessage"])")));
  EXPECT_FALSE(allows(statement(R"("NotPrincipal":{"Service":"sns.amazonaws.com"})")));
  EXPECT_TRUE(allows(statement(R"("NotPrincipal":{"Service":"s3.amazonaws.com"})")));
  EXPECT_FALSE(allows(statement(R"("NotResource":"arn:aws:sqs:*:*:*")")));
  EXPECT_TRUE(allows(statement(R"("NotResource":"arn:aws:sqs:*:*:other")")));
  EXPECT_FALSE(allows(statement(R"("NotResource":"arn:aws:sqs:*:*:${x}")")));
}

TEST(PolicyCondition, ComparesTexts) {
  EXPECT_TRUE(is_met(R"("StringEquals":{"aws:SourceAccount":"000000000000"})"));
  EXPECT_TRUE(is_met(R"("StringEquals":{"AWS:sourceaccount":["1","000000000000"]})"));
  EXPECT_FALSE(is_met(R"("StringEquals":{"aws:SourceAccount":"0*"})"));
  EXPECT_TRUE(is_met(R"("StringLike":{"aws:SourceAccount":"0*"})"));
  EXPECT_TRUE(is_met(R"("StringEqualsIgnoreCase":{"aws:SecureTransport":"TRUE"})"));
  EXPECT_FALSE(is_met(R"("StringEquals":{"aws:SecureTransport":"TRUE"})"));
  EXPECT_FALSE(is_met(R"("StringNotEquals":{"aws:SourceAccount":["1","000000000000"]})"));
  EXPECT_TRUE(is_met(R"("StringNotEquals":{"aws:SourceAccount":["1","2"]})"));
  EXPECT_FALSE(is_met(R"("StringNotLike":{"aws:SourceAccount":"0*"})"));
  EXPECT_FALSE(is_met(R"("StringNotEqualsIgnoreCase":{"aws:SecureTransport":"TRUE"})"));
}

TEST(PolicyCondition, ComparesArnsPartByPart) {
  EXPECT_TRUE(is_met(R"("ArnEquals":{"aws:SourceArn":"arn:aws:sns:*:*:news"})"));
  EXPECT_TRUE(is_met(R"("ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:000000000000:n*"})"));
  EXPECT_FALSE(is_met(R"("ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:views"})"));
  EXPECT_FALSE(is_met(R"("ArnNotLike":{"aws:SourceArn":"arn:aws:sns:*:*:n*"})"));
  EXPECT_TRUE(is_met(R"("ArnNotEquals":{"aws:SourceArn":"arn:aws:sns:*:*:views"})"));
  EXPECT_FALSE(is_met(R"("ArnEquals":{"aws:SourceAccount":"*"})"));
}

TEST(PolicyCondition, ComparesBooleansAddressesAndPresence) {
  EXPECT_TRUE(is_met(R"("Bool":{"aws:SecureTransport":true})"));
  EXPECT_TRUE(is_met(R"("Bool":{"aws:SecureTransport":"True"})"));
  EXPECT_FALSE(is_met(R"("Bool":{"aws:SecureTransport":"false"})"));
  EXPECT_TRUE(is_met(R"("IpAddress":{"aws:SourceIp":["::/0","10.0.0.0/8"]})"));
  EXPECT_TRUE(is_met(R"("IpAddress":{"aws:SourceIp":"10.1.2.3"})"));
  EXPECT_FALSE(is_met(R"("IpAddress":{"aws:SourceIp":"10.1.2.4/31"})"));
  EXPECT_FALSE(is_met(R"("NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"})"));
  EXPECT_TRUE(is_met(R"("NotIpAddress":{"aws:SourceIp":"11.0.0.0/8"})"));
  EXPECT_FALSE(is_met(R"("IpAddress":{"aws:SourceArn":"0.0.0.0/0"})"));
  EXPECT_TRUE(is_met(R"("Null":{"aws:SourceIp":"false"})"));
  EXPECT_TRUE(is_met(R"("Null":{"aws:username":true})"));
  EXPECT_FALSE(is_met(R"("Null":{"aws:SourceIp":"true"})"));
}

TEST(PolicyCondition, OfAKeyThatIsAbsentIsMetOnlyIfItSaysSo) {
  EXPECT_FALSE(is_met(R"("StringEquals":{"aws:PrincipalOrgID":"o"})"));
  EXPECT_TRUE(is_met(R"("StringEqualsIfExists":{"aws:PrincipalOrgID":"o"})"));
  EXPECT_FALSE(is_met(R"("StringEqualsIfExists":{"aws:SourceAccount":"o"})"));
  EXPECT_TRUE(is_met(R"("StringNotEquals":{"aws:PrincipalOrgID":"o"})"));
  EXPECT_FALSE(is_met(R"("Bool":{"aws:ViaAWSService":"false"})"));
  EXPECT_TRUE(is_met(R"("BoolIfExists":{"aws:ViaAWSService":"false"})"));
}

TEST(PolicyCondition, HasToBeMetByAllOperatorsAndKeys) {
  EXPECT_TRUE(
      is_met(R"("StringEquals":{"aws:SourceAccount":"000000000000","aws:SecureTransport":"true"},)"
             R"("ArnLike":{"aws:SourceArn":"*"})"));
  EXPECT_FALSE(
      is_met(R"("StringEquals":{"aws:SourceAccount":"000000000000","aws:SecureTransport":"x"})"));
  EXPECT_FALSE(is_met(
      R"("StringEquals":{"aws:SourceAccount":"000000000000"},"ArnLike":{"aws:SourceArn":"x"})"));
}

// What cannot be judged lets nobody in and keeps everybody out that it may be about.
TEST(PolicyCondition, ClosesWhereItCannotBeJudged) {
  for (const std::string condition :
       {R"("NumericLessThan":{"aws:x":"5"})", R"("DateGreaterThan":{"aws:CurrentTime":"2020"})",
        R"("ForAllValues:StringEquals":{"aws:TagKeys":"x"})",
        R"("ForAnyValue:StringLike":{"aws:SourceArn":"*"})", R"("BinaryEquals":{"k":"QQ=="})",
        R"("StringEquals":{"aws:SourceAccount":"${aws:PrincipalAccount}"})",
        R"("StringNotEquals":{"aws:SourceAccount":"${aws:PrincipalAccount}"})",
        R"("IpAddress":{"aws:SourceIp":"10.0.0.0/99"})",
        R"("NotIpAddress":{"aws:SourceIp":"10.0.0.0/99"})"}) {
    const std::string member = R"("Condition":{)" + condition + "}";
    EXPECT_EQ(decision(statement(member)), Decision::not_allowed) << condition;
    EXPECT_EQ(decision("[" + statement("") + "," + statement(member, "Deny") + "]"),
              Decision::denied)
        << condition;
  }
  // Another condition says for sure that it is not about this.
  EXPECT_EQ(decision("[" + statement("") + "," +
                     statement(R"("Condition":{"NumericLessThan":{"x":"5"},)"
                               R"("StringEquals":{"aws:SourceAccount":"1"}})",
                               "Deny") +
                     "]"),
            Decision::allowed);
}

std::string list_of(const std::string& element, std::size_t bytes) {
  std::string list = "[\"" + element + "\"";
  while (list.size() + element.size() + 4 < bytes) list += ",\"" + element + "\"";
  return list + "]";
}

Decision decision_about(const std::string& statements, std::string_view arn) {
  const auto policy = parse_policy(R"({"Statement":)" + statements + "}");
  const std::array source = {ContextValue{.key = "aws:SourceArn", .value = arn}};
  return decide(
      *policy,
      {.principal = sns, .action = "sqs:SendMessage", .resource = queue, .context = source});
}

std::string about_sources(const std::string& list, const std::string& effect) {
  return statement(R"("Condition":{"ArnLike":{"aws:SourceArn":)" + list + "}}", effect);
}

// Thousands of queues may have such a policy, and the engine asks all of them in one turn.
TEST(PolicyCondition, CannotBeJudgedByPatternsThatTakeTooLong) {
  const std::string arn = "arn:aws:sns:us-east-1:000000000000:" + std::string(256, 'a');
  const std::string slow =
      list_of("arn:aws:sns:*:*:*" + std::string(32, 'a') + "b*", std::size_t{8'000});

  EXPECT_EQ(decision_about("[" + statement("") + "]", arn), Decision::allowed);
  EXPECT_EQ(decision_about("[" + about_sources(slow, "Allow") + "," + statement("") + "]", arn),
            Decision::not_allowed);
  EXPECT_EQ(decision_about("[" + statement("") + "," + about_sources(slow, "Deny") + "]", arn),
            Decision::denied);
}

TEST(PolicyCondition, IsJudgedByAsManyOrdinaryPatternsAsAPolicyHasRoomFor) {
  const std::string arn = "arn:aws:sns:us-east-1:000000000000:" + std::string(256, 'a');
  for (const std::string pattern : {"arn:aws:sns:us-east-1:000000000000:other",
                                    "arn:aws:sns:*:*:*-events", "arn:*:*:*:*:b?*"}) {
    const std::string others = list_of(pattern, std::size_t{30'000});

    EXPECT_EQ(decision_about("[" + about_sources(others, "Deny") + "," + statement("") + "]", arn),
              Decision::allowed)
        << pattern;
  }
}

std::string flaw(const std::string& text) {
  const auto policy = parse_policy(text);
  if (policy) return "none";
  return std::to_string(policy.error().statement) + ": " + policy.error().reason;
}

TEST(PolicyForm, IsAnObjectWithStatements) {
  EXPECT_EQ(flaw("{}"), "none");
  EXPECT_FALSE(parse_policy("{}")->has_statements);
  EXPECT_TRUE(parse_policy(R"({"Statement":[]})")->has_statements);
  for (const std::string text : {"", "x", "[]", "{", "{} {}", R"({"Statement":3})",
                                 R"({"Statement":"x"})", R"({"Statement":[{},3]})"})
    EXPECT_EQ(flaw(text), "0: ") << text;
  EXPECT_EQ(flaw(R"({"x":)" + std::string(4000, '[') + std::string(4000, ']') + "}"), "0: ");
}

TEST(PolicyForm, HasStatementsWithMembersThatAreKnown) {
  const auto flaw_of = [](const std::string& members) {
    return flaw(R"({"Statement":[)" + statement("") + "," + members + "]}");
  };

  EXPECT_EQ(flaw_of(R"({"Effects":"Allow"})"), "2: Effect must be Allow or Deny");
  EXPECT_EQ(flaw_of("{}"), "2: Effect must be Allow or Deny");
  EXPECT_EQ(flaw_of(statement("", "allow")), "2: Effect must be Allow or Deny");
  EXPECT_EQ(flaw_of(statement(R"("Conditions":{})")), "2: Conditions is no member of statements");
  EXPECT_EQ(flaw_of(statement(R"("Action":"a","NotAction":"a")")),
            "2: it must have an Action or NotAction: a text or a list of them");
  EXPECT_EQ(flaw_of(statement(R"("Action":[7])")),
            "2: it must have an Action or NotAction: a text or a list of them");
  const std::string principal =
      "2: it must have a Principal or NotPrincipal: \"*\", or an object of texts or lists of them";
  EXPECT_EQ(flaw_of(R"({"Effect":"Allow","Action":"a"})"), principal);
  EXPECT_EQ(flaw_of(statement(R"("Principal":7)")), principal);
  EXPECT_EQ(flaw_of(statement(R"("Principal":{"AWS":7})")), principal);
  EXPECT_EQ(flaw_of(statement(R"("Resource":7)")),
            "2: it may have either a Resource or a NotResource: a text or a list of them");
  EXPECT_EQ(flaw_of(statement(R"("Resource":"*","NotResource":"*")")),
            "2: it may have either a Resource or a NotResource: a text or a list of them");
}

TEST(PolicyForm, HasConditionsWithOperatorsThatAwsHas) {
  const auto flaw_of = [](const std::string& condition) {
    return flaw(R"({"Statement":)" + statement(R"("Condition":)" + condition) + "}");
  };

  EXPECT_EQ(flaw_of(R"({"ForAnyValue:StringLikeIfExists":{"k":"v"},"numericequals":{"k":7}})"),
            "none");
  EXPECT_EQ(flaw_of(R"({"StringEqual":{"k":"v"}})"), "1: StringEqual is no operator of conditions");
  EXPECT_EQ(flaw_of(R"({"IfExists":{"k":"v"}})"), "1: IfExists is no operator of conditions");
  EXPECT_EQ(flaw_of(R"({"NullIfExists":{"k":"v"}})"),
            "1: NullIfExists is no operator of conditions");
  EXPECT_EQ(flaw_of("7"), "1: Condition must be an object of objects");
  EXPECT_EQ(flaw_of(R"({"StringEquals":"v"})"), "1: Condition must be an object of objects");
  EXPECT_EQ(flaw_of(R"({"StringEquals":{"k":{}}})"),
            "1: k must be compared with a text or a list of them");
  EXPECT_EQ(flaw_of(R"({"StringEquals":{"k":[[]]}})"),
            "1: k must be compared with a text or a list of them");
}

TEST(Policy, CountsTheMemoryThatItTakes) {
  const auto bytes = [](const std::string& statements) {
    return parse_policy(R"({"Statement":)" + statements + "}")->memory_bytes();
  };
  const std::string long_text(1000, 'x');

  EXPECT_EQ(bytes("[]"), 0u);
  EXPECT_LT(bytes(statement("")), 1000u);
  for (const std::string member :
       {R"("Resource":"LONG")", R"("Action":"LONG")", R"("Principal":{"AWS":"LONG"})",
        R"("Condition":{"StringEquals":{"k":"LONG"}})",
        R"("Condition":{"StringEquals":{"LONG":"v"}})"}) {
    std::string longer = member;
    longer.replace(longer.find("LONG"), 4, long_text);
    EXPECT_GE(bytes(statement(longer)), 985 + bytes(statement(member))) << member;
  }
}

}  // namespace
}  // namespace mailrail::auth
