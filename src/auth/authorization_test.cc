#include "auth/authorization.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace mailrail::auth {
namespace {

constexpr std::string_view owner = "000000000000";
constexpr std::string_view stranger = "111111111111";
constexpr std::string_view queue_arn = "arn:aws:sqs:us-east-1:000000000000:orders-eu";
constexpr std::string_view topic_arn = "arn:aws:sns:us-east-1:000000000000:orders-eu";

Grant key(std::vector<Role> roles) {
  return {.key_id = "KEY", .name = "ann", .roles = std::move(roles)};
}

const Grant sender = key({Role::send});
const Grant nobody;

// A policy with a statement or several.
Policy policy(const std::string& statements) {
  return parse_policy(R"({"Statement":)" + statements + "}").value();
}

std::string allow(const std::string& principal, const std::string& action) {
  return R"({"Effect":"Allow","Principal":)" + principal + R"(,"Action":")" + action +
         R"(","Resource":"*"})";
}

std::string deny(const std::string& principal, const std::string& action) {
  return R"({"Effect":"Deny","Principal":)" + principal + R"(,"Action":")" + action +
         R"(","Resource":"*"})";
}

const std::string everybody = R"("*")";
const std::string ann = R"({"AWS":"arn:aws:iam::000000000000:user/ann"})";
const std::string strange_ann = R"({"AWS":"arn:aws:iam::111111111111:user/ann"})";
const std::string own_account = R"({"AWS":"000000000000"})";
const std::string strange_account = R"({"AWS":"arn:aws:iam::111111111111:root"})";

struct Asked {
  const Grant& grant;
  std::string_view action = "SendMessage";
  std::string_view account = owner;
  const Policy* policy = nullptr;
};

struct Judged {
  Verdict verdict;
  std::string refusal;
};

Judged judged(const Asked& asked) {
  const Right* right = find_right("sqs", asked.action);
  if (right == nullptr) right = find_right("sns", asked.action);
  const bool is_nobody = asked.grant.is_anonymous();
  const std::string arn = "arn:aws:iam::" + std::string(asked.account) + ":user/ann";
  const Question question{.grant = asked.grant,
                          .account = is_nobody ? "" : asked.account,
                          .user_arn = is_nobody ? "" : std::string_view(arn),
                          .right = *right,
                          .name = right->about == About::account ? "" : "orders-eu",
                          .owner = right->about == About::account ? asked.account : owner,
                          .resource_arn = right->service == "sqs" ? queue_arn : topic_arn,
                          .policy = asked.policy};
  const Verdict verdict = judge(question);
  return {.verdict = verdict,
          .refusal = verdict == Verdict::allowed ? std::string() : refusal(question, verdict)};
}

Verdict verdict(const Asked& asked) { return judged(asked).verdict; }

// By which of the roles the action is allowed to a key that has no other.
std::string roles_for(std::string_view action) {
  std::string letters;
  for (const auto& [role, letter] : {std::pair(Role::admin, 'a'),
                                     {Role::operations, 'o'},
                                     {Role::send, 's'},
                                     {Role::receive, 'r'},
                                     {Role::publish, 'p'},
                                     {Role::view, 'v'}}) {
    if (verdict({.grant = key({role}), .action = action}) == Verdict::allowed) letters += letter;
  }
  return letters;
}

TEST(Authorization, LetsEachRoleDoItsWork) {
  EXPECT_EQ(roles_for("SendMessage"), "aos");
  EXPECT_EQ(roles_for("SendMessageBatch"), "aos");
  EXPECT_EQ(roles_for("ReceiveMessage"), "aor");
  EXPECT_EQ(roles_for("DeleteMessage"), "aor");
  EXPECT_EQ(roles_for("ChangeMessageVisibilityBatch"), "aor");
  EXPECT_EQ(roles_for("GetQueueUrl"), "aosrv");
  EXPECT_EQ(roles_for("ListQueues"), "aosrv");
  EXPECT_EQ(roles_for("CreateQueue"), "ao");
  EXPECT_EQ(roles_for("PurgeQueue"), "ao");
  EXPECT_EQ(roles_for("Publish"), "aop");
  EXPECT_EQ(roles_for("ListTopics"), "aopv");
  EXPECT_EQ(roles_for("Subscribe"), "ao");
  EXPECT_EQ(roles_for("GetSubscriptionAttributes"), "aov");
}

TEST(Authorization, AddsUpTheRolesOfAKey) {
  const Grant worker = key({Role::send, Role::receive});

  EXPECT_EQ(verdict({.grant = worker, .action = "SendMessage"}), Verdict::allowed);
  EXPECT_EQ(verdict({.grant = worker, .action = "ReceiveMessage"}), Verdict::allowed);
  EXPECT_EQ(verdict({.grant = worker, .action = "Publish"}), Verdict::no_role);
  EXPECT_EQ(verdict({.grant = key({})}), Verdict::no_role);
}

TEST(Authorization, NarrowsRolesByPatterns) {
  Grant grant = key({Role::send, Role::publish});
  const auto may_send = [&] { return verdict({.grant = grant}) == Verdict::allowed; };
  const auto may_publish = [&] {
    return verdict({.grant = grant, .action = "Publish"}) == Verdict::allowed;
  };

  grant.queues = {"bills-*", "orders-*"};
  EXPECT_TRUE(may_send());
  EXPECT_FALSE(may_publish());  // It is for queues.

  grant.queues = {"bills-*", "orders", "ORDERS-EU", "*-us"};
  EXPECT_FALSE(may_send());

  grant.queues = {};
  grant.topics = {"orders-??"};
  EXPECT_FALSE(may_send());
  EXPECT_TRUE(may_publish());
}

TEST(Authorization, KeepsWhatIsAboutTheAccountFromNarrowedKeys) {
  Grant grant = key({Role::admin});
  grant.queues = {"*"};

  EXPECT_EQ(verdict({.grant = grant, .action = "ListOriginationNumbers"}), Verdict::not_its_own);
  EXPECT_EQ(verdict({.grant = grant, .action = "ListQueues"}), Verdict::allowed);
}

TEST(Authorization, ShowsInListsWhatIsWithinThePatterns) {
  Grant grant = key({Role::view});
  EXPECT_TRUE(is_within(grant, About::topic, "news"));

  grant.queues = {"orders-*"};

  EXPECT_TRUE(is_within(grant, About::queue, "orders-eu"));
  EXPECT_FALSE(is_within(grant, About::queue, "bills"));
  EXPECT_FALSE(is_within(grant, About::topic, "orders-eu"));
}

TEST(Authorization, OfPatternsThatTakeTooLongIsRefused) {
  Grant grant = key({Role::send});
  grant.queues.assign(40'000, "*o*r*d*e*r*s*?*?*?*x");
  grant.queues.emplace_back("orders-eu");

  EXPECT_EQ(verdict({.grant = grant}), Verdict::not_its_own);
}

// --- Policies.

TEST(Authorization, WithinTheAccountTakesARoleOrThePolicy) {
  const Policy lets_all = policy(allow(everybody, "sqs:ReceiveMessage"));
  const Policy lets_ann = policy(allow(ann, "sqs:*"));
  const Policy lets_bob = policy(allow(R"({"AWS":"arn:aws:iam::000000000000:user/bob"})", "sqs:*"));
  const Asked receives{.grant = sender, .action = "ReceiveMessage"};
  const auto with = [&](const Policy& given) {
    return verdict({.grant = receives.grant, .action = receives.action, .policy = &given});
  };

  EXPECT_EQ(verdict(receives), Verdict::no_role);
  EXPECT_EQ(with(lets_all), Verdict::allowed);
  EXPECT_EQ(with(lets_ann), Verdict::allowed);
  EXPECT_EQ(with(lets_bob), Verdict::no_role);
  EXPECT_EQ(verdict({.grant = sender, .policy = &lets_bob}), Verdict::allowed);  // By its role.
}

TEST(Authorization, LeavesWhatAPolicyGivesTheOwnAccountToTheRolesOfItsKeys) {
  const Policy lets_account = policy(allow(own_account, "sqs:*"));

  EXPECT_EQ(verdict({.grant = sender, .policy = &lets_account}), Verdict::allowed);
  EXPECT_EQ(verdict({.grant = sender, .action = "ReceiveMessage", .policy = &lets_account}),
            Verdict::no_role);
}

TEST(Authorization, TowardsAnotherAccountTakesTheRoleAndThePolicy) {
  const Grant receiver = key({Role::receive});
  const Policy lets_account = policy(allow(strange_account, "sqs:SendMessage"));
  const Policy lets_ann = policy(allow(strange_ann, "sqs:SendMessage"));
  const Policy lets_all = policy(allow(everybody, "sqs:SendMessage"));

  for (const Policy* each : {&lets_account, &lets_ann, &lets_all}) {
    EXPECT_EQ(verdict({.grant = sender, .account = stranger, .policy = each}), Verdict::allowed);
    EXPECT_EQ(verdict({.grant = receiver, .account = stranger, .policy = each}), Verdict::no_role);
  }
  EXPECT_EQ(verdict({.grant = sender, .account = stranger}), Verdict::no_policy);
  EXPECT_EQ(verdict({.grant = key({Role::admin}), .account = stranger}), Verdict::no_policy);
  EXPECT_EQ(verdict({.grant = sender, .account = "222222222222", .policy = &lets_account}),
            Verdict::no_policy);
}

TEST(Authorization, OfWhoDidNotSignIsThePolicysAlone) {
  const Policy lets_all = policy(allow(everybody, "sqs:SendMessage"));
  const Policy lets_accounts = policy("[" + allow(own_account, "sqs:*") + "," +
                                      allow(R"({"AWS":"arn:aws:iam:::root"})", "sqs:*") + "]");

  EXPECT_EQ(verdict({.grant = nobody, .policy = &lets_all}), Verdict::allowed);
  EXPECT_EQ(verdict({.grant = nobody, .policy = &lets_accounts}), Verdict::no_policy);
  EXPECT_EQ(verdict({.grant = nobody}), Verdict::no_policy);
  EXPECT_EQ(verdict({.grant = nobody, .action = "ListQueues"}), Verdict::owners_alone);
  EXPECT_EQ(verdict({.grant = nobody, .action = "ConfirmSubscription"}), Verdict::allowed);
}

TEST(Authorization, KeepsForOwnersWhatIsTheirs) {
  const Policy lets_all = policy(allow(everybody, "sqs:*"));

  for (const std::string_view action : {"SetQueueAttributes", "DeleteQueue", "TagQueue"}) {
    EXPECT_EQ(verdict({.grant = key({Role::admin}),
                       .action = action,
                       .account = stranger,
                       .policy = &lets_all}),
              Verdict::owners_alone);
    EXPECT_EQ(verdict({.grant = nobody, .action = action, .policy = &lets_all}),
              Verdict::owners_alone);
    EXPECT_EQ(verdict({.grant = sender, .action = action, .policy = &lets_all}), Verdict::allowed);
  }
}

TEST(Authorization, DeniesWhatAPolicyDeniesWhateverElseAllowsIt) {
  const Policy denies = policy("[" + allow(everybody, "sqs:*") + "," + deny(everybody, "*") + "]");
  const Policy denies_account = policy(deny(own_account, "sqs:SendMessage"));

  for (const Grant& each : {sender, key({Role::operations}), key({Role::admin}), nobody})
    EXPECT_EQ(verdict({.grant = each, .policy = &denies}), Verdict::denied);
  EXPECT_EQ(verdict({.grant = sender, .policy = &denies_account}), Verdict::denied);
}

// Else nobody could ever take it back.
TEST(Authorization, LetsAnAdminTakeBackAPolicyThatDeniesEverything) {
  const Policy denies = policy(deny(everybody, "*"));
  const auto verdict_for = [&](Role role, std::string_view action, std::string_view account) {
    return verdict({.grant = key({role}), .action = action, .account = account, .policy = &denies});
  };

  for (const std::string_view action : {"SetQueueAttributes", "RemovePermission", "DeleteQueue",
                                        "GetQueueAttributes", "SetTopicAttributes"}) {
    EXPECT_EQ(verdict_for(Role::admin, action, owner), Verdict::allowed) << action;
    EXPECT_EQ(verdict_for(Role::admin, action, stranger), Verdict::denied) << action;
    EXPECT_EQ(verdict_for(Role::operations, action, owner), Verdict::denied) << action;
  }
  EXPECT_EQ(verdict_for(Role::admin, "ReceiveMessage", owner), Verdict::denied);
}

TEST(Authorization, LetsWhoOnlyLooksChangeNothingWhateverItsRolesOrAPolicy) {
  Grant looking = key({Role::admin});
  looking.extent = Extent::looking;
  const Policy open = policy(allow(everybody, "sqs:*"));

  for (const std::string_view action : {"GetQueueAttributes", "ListQueues", "ListQueueTags"})
    EXPECT_EQ(judged({.grant = looking, .action = action}).verdict, Verdict::allowed) << action;
  for (const std::string_view action :
       {"SendMessage", "ReceiveMessage", "PurgeQueue", "CreateQueue", "ConfirmSubscription"}) {
    EXPECT_EQ(judged({.grant = looking, .action = action, .policy = &open}).verdict,
              Verdict::only_looks)
        << action;
  }
}

TEST(Authorization, HidesPayloadsFromKeysThatMustNotSeeThem) {
  Grant grant = key({Role::admin});
  grant.payloads = Payloads::hidden;
  const Policy lets_all = policy(allow(everybody, "*"));

  for (const std::string_view action :
       {"ReceiveMessage", "AddPermission", "SetQueueAttributes", "StartMessageMoveTask",
        "Subscribe", "SetTopicAttributes", "SetSubscriptionAttributes"}) {
    EXPECT_EQ(verdict({.grant = grant, .action = action, .policy = &lets_all}),
              Verdict::hides_payloads);
  }
  EXPECT_EQ(verdict({.grant = grant, .action = "GetQueueAttributes"}), Verdict::allowed);
  EXPECT_EQ(verdict({.grant = grant, .action = "PurgeQueue"}), Verdict::allowed);
}

// --- What is said.

std::string refused(const Asked& asked) { return judged(asked).refusal; }

TEST(Refusal, SaysWhoWantedWhatOfWhatAndWhatItTakes) {
  EXPECT_EQ(refused({.grant = key({Role::receive, Role::view})}),
            "User: arn:aws:iam::000000000000:user/ann is not authorized to perform: "
            "sqs:SendMessage on resource: arn:aws:sqs:us-east-1:000000000000:orders-eu because no "
            "identity-based policy allows the sqs:SendMessage action. The key may receive and "
            "view; it takes send, operator or admin.");
  EXPECT_TRUE(refused({.grant = key({}), .action = "Publish"})
                  .ends_with("because no identity-based policy allows the SNS:Publish action. The "
                             "key has no role; it takes publish, operator or admin."));
}

TEST(Refusal, NamesThePatternsOfTheKey) {
  Grant grant = sender;
  grant.queues = {"bills-*", "news"};

  EXPECT_TRUE(
      refused({.grant = grant}).ends_with("The key is for the queues bills-*, news alone."));
  grant.roles = {Role::publish};
  EXPECT_TRUE(
      refused({.grant = grant, .action = "Publish"}).ends_with("The key is for no topics."));
  grant.roles = {Role::admin};
  EXPECT_TRUE(refused({.grant = grant, .action = "ListOriginationNumbers"})
                  .ends_with("It is for keys without patterns."));
}

TEST(Refusal, SaysWhichPolicyItWas) {
  const Policy denies = policy(deny(everybody, "*"));

  EXPECT_TRUE(refused({.grant = sender, .policy = &denies})
                  .ends_with("orders-eu with an explicit deny in a resource-based policy"));
  EXPECT_EQ(refused({.grant = nobody}),
            "User: anonymous is not authorized to perform: sqs:SendMessage on resource: "
            "arn:aws:sqs:us-east-1:000000000000:orders-eu because no resource-based policy allows "
            "the sqs:SendMessage action");
  EXPECT_TRUE(refused({.grant = sender, .account = stranger})
                  .ends_with("because no resource-based policy allows the sqs:SendMessage action"));
  EXPECT_TRUE(refused({.grant = key({Role::admin}), .action = "TagQueue", .account = stranger})
                  .ends_with("It takes a key of the account 000000000000."));
  EXPECT_TRUE(
      refused({.grant = nobody, .action = "TagQueue"}).ends_with("The request is not signed."));
}

}  // namespace
}  // namespace mailrail::auth
