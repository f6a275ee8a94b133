#include "auth/rights.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace mailrail::auth {
namespace {

const Right& right(std::string_view service, std::string_view action) {
  const Right* found = find_right(service, action);
  EXPECT_NE(found, nullptr) << service << ":" << action;
  return found == nullptr ? rights().front() : *found;
}

TEST(Rights, AreFoundByServiceAndName) {
  EXPECT_EQ(right("sqs", "AddPermission").about, About::queue);
  EXPECT_EQ(right("sns", "AddPermission").about, About::topic);
  EXPECT_EQ(find_right("sqs", "Publish"), nullptr);
  EXPECT_EQ(find_right("sqs", "sendmessage"), nullptr);
  EXPECT_EQ(find_right("", ""), nullptr);
  EXPECT_EQ(find_right("zzz", "ZZZ"), nullptr);
}

TEST(Rights, OfABatchAreThoseOfItsSingleAction) {
  for (const Right& each : rights()) {
    if (each.single.empty()) continue;
    const Right& single = right(each.service, each.single);

    EXPECT_EQ(policy_name(each), policy_name(single));
    EXPECT_EQ(each.about, single.about);
    EXPECT_EQ(each.sharing, single.sharing);
    for (const Role role : {Role::operations, Role::send, Role::receive, Role::publish, Role::view})
      EXPECT_EQ(each.roles.has(role), single.roles.has(role)) << each.action;
  }
  EXPECT_EQ(policy_name(right("sqs", "SendMessageBatch")), "sqs:SendMessage");
  EXPECT_EQ(policy_name(right("sns", "PublishBatch")), "SNS:Publish");
}

TEST(Rights, OfOperatorsAreAllThatAnyOtherRoleHas) {
  for (const Right& each : rights()) {
    const bool is_somebodys = std::ranges::any_of(
        std::initializer_list{Role::send, Role::receive, Role::publish, Role::view},
        [&](Role role) { return each.roles.has(role); });
    EXPECT_TRUE(!is_somebodys || each.roles.has(Role::operations)) << each.action;
  }
}

TEST(Rights, OfViewersChangeNothing) {
  for (const Right& each : rights()) {
    if (!each.roles.has(Role::view)) continue;
    EXPECT_TRUE(each.action.starts_with("Get") || each.action.starts_with("List") ||
                each.action.starts_with("Test") || each.action.starts_with("Peek") ||
                each.action.starts_with("Describe"))
        << each.action;
  }
}

// Theirs alone, as AWS says: "Cross-account permissions don't apply to the following actions".
TEST(Rights, OfOwnersAreNotSharedWithOtherAccounts) {
  for (const std::string_view each :
       {"AddPermission", "CancelMessageMoveTask", "CreateQueue", "DeleteQueue",
        "ListMessageMoveTasks", "ListQueues", "ListQueueTags", "RemovePermission",
        "SetQueueAttributes", "StartMessageMoveTask", "TagQueue", "UntagQueue"}) {
    EXPECT_NE(right("sqs", each).sharing, Sharing::any_account) << each;
  }
  for (const std::string_view each :
       {"ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl",
        "ListDeadLetterSourceQueues", "PurgeQueue", "ReceiveMessage", "SendMessage"}) {
    EXPECT_EQ(right("sqs", each).sharing, Sharing::any_account) << each;
  }
}

TEST(Rights, ToAdministrationComeFromNoPolicy) {
  for (const Right& each : rights()) {
    if (each.service != "mailrail") continue;
    EXPECT_EQ(each.sharing, Sharing::nobody) << each.action;
  }
}

}  // namespace
}  // namespace mailrail::auth
