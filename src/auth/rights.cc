#include "auth/rights.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace mailrail::auth {
namespace {

using enum About;
using enum Role;
using enum Sharing;
using enum Trait;

constexpr Roles no_roles = {};
constexpr Roles all_roles = {operations, send, receive, publish, view};
constexpr Roles operators = {operations};
constexpr Roles viewers = {operations, view};
constexpr Roles senders = {operations, send};
constexpr Roles receivers = {operations, receive};
constexpr Roles publishers = {operations, publish};
// Whoever works with a queue, or a topic, finds it and sees its settings.
constexpr Roles queue_users = {operations, send, receive, view};
constexpr Roles topic_users = {operations, publish, view};
// Of what changes policies.
constexpr Traits both_ways = {opens_payloads, takes_back_policies};

// In the order of services and names. "Cross-account permissions don't apply" (SQS API reference)
// to those actions of SQS that are shared within the same account alone.
constexpr Right table[] = {
    {"mailrail", "BeginBackup", server, operators, nobody, {opens_payloads}},
    {"mailrail", "DescribeConversation", queue, viewers, nobody},
    {"mailrail", "DescribeQueues", account, viewers, nobody, {narrows_itself}},
    {"mailrail", "DescribeServer", account, viewers, nobody},
    {"mailrail", "DropConversation", queue, operators, nobody},
    {"mailrail", "EndBackup", server, operators, nobody},
    {"mailrail", "ListConversations", queue, viewers, nobody},
    {"mailrail", "ListEvents", account, viewers, nobody, {narrows_itself}},
    {"mailrail", "ListParkedConversations", queue, viewers, nobody},
    {"mailrail", "ParkConversation", queue, operators, nobody},
    {"mailrail", "PeekMessages", queue, viewers, nobody},
    {"mailrail", "ReadBackup", server, operators, nobody, {opens_payloads}},
    {"mailrail", "RedriveMessages", queue, operators, nobody, {opens_payloads}},
    {"mailrail", "RetryConversation", queue, operators, nobody},
    {"mailrail", "SkipConversation", queue, operators, nobody},
    {"mailrail", "StartRampedMoveTask", queue, operators, nobody, {opens_payloads}},
    {"mailrail", "TestFilter", topic, viewers, nobody},

    {"sns", "AddPermission", topic, operators, any_account, {opens_payloads}},
    {"sns", "CheckIfPhoneNumberIsOptedOut", account, operators, nobody},
    {"sns", "ConfirmSubscription", topic, no_roles, nobody, {is_open}},
    {"sns", "CreatePlatformApplication", account, operators, nobody},
    {"sns", "CreatePlatformEndpoint", account, operators, nobody},
    {"sns", "CreateSMSSandboxPhoneNumber", account, operators, nobody},
    {"sns", "CreateTopic", topic, operators, nobody},
    {"sns", "DeleteEndpoint", account, operators, nobody},
    {"sns", "DeletePlatformApplication", account, operators, nobody},
    {"sns", "DeleteSMSSandboxPhoneNumber", account, operators, nobody},
    {"sns", "DeleteTopic", topic, operators, any_account, {takes_back_policies}},
    {"sns", "GetDataProtectionPolicy", topic, viewers, any_account},
    {"sns", "GetEndpointAttributes", account, operators, nobody},
    {"sns", "GetPlatformApplicationAttributes", account, operators, nobody},
    {"sns", "GetSMSAttributes", account, operators, nobody},
    {"sns", "GetSMSSandboxAccountStatus", account, operators, nobody},
    {"sns", "GetSubscriptionAttributes", topic, viewers, nobody},
    {"sns", "GetTopicAttributes", topic, topic_users, any_account, {takes_back_policies}},
    {"sns", "ListEndpointsByPlatformApplication", account, operators, nobody},
    {"sns", "ListOriginationNumbers", account, operators, nobody},
    {"sns", "ListPhoneNumbersOptedOut", account, operators, nobody},
    {"sns", "ListPlatformApplications", account, operators, nobody},
    {"sns", "ListSMSSandboxPhoneNumbers", account, operators, nobody},
    {"sns", "ListSubscriptions", account, viewers, nobody, {narrows_itself}},
    {"sns", "ListSubscriptionsByTopic", topic, viewers, any_account},
    {"sns", "ListTagsForResource", topic, viewers, any_account},
    {"sns", "ListTopics", account, topic_users, nobody, {narrows_itself}},
    {"sns", "OptInPhoneNumber", account, operators, nobody},
    {"sns", "Publish", topic, publishers, any_account},
    {"sns", "PublishBatch", topic, publishers, any_account, {}, "Publish"},
    {"sns", "PutDataProtectionPolicy", topic, operators, any_account},
    {"sns", "RemovePermission", topic, operators, any_account, both_ways},
    {"sns", "SetEndpointAttributes", account, operators, nobody},
    {"sns", "SetPlatformApplicationAttributes", account, operators, nobody},
    {"sns", "SetSMSAttributes", account, operators, nobody},
    {"sns", "SetSubscriptionAttributes", topic, operators, nobody, {opens_payloads}},
    {"sns", "SetTopicAttributes", topic, operators, any_account, both_ways},
    {"sns", "Subscribe", topic, operators, any_account, {opens_payloads}},
    {"sns", "TagResource", topic, operators, any_account},
    {"sns", "Unsubscribe", topic, operators, nobody},
    {"sns", "UntagResource", topic, operators, any_account},
    {"sns", "VerifySMSSandboxPhoneNumber", account, operators, nobody},

    {"sqs", "AddPermission", queue, operators, same_account, {opens_payloads}},
    {"sqs", "CancelMessageMoveTask", queue, operators, same_account},
    {"sqs", "ChangeMessageVisibility", queue, receivers, any_account},
    {"sqs",
     "ChangeMessageVisibilityBatch",
     queue,
     receivers,
     any_account,
     {},
     "ChangeMessageVisibility"},
    {"sqs", "CreateQueue", queue, operators, nobody},
    {"sqs", "DeleteMessage", queue, receivers, any_account},
    {"sqs", "DeleteMessageBatch", queue, receivers, any_account, {}, "DeleteMessage"},
    {"sqs", "DeleteQueue", queue, operators, same_account, {takes_back_policies}},
    {"sqs", "GetQueueAttributes", queue, queue_users, any_account, {takes_back_policies}},
    {"sqs", "GetQueueUrl", queue, queue_users, any_account},
    {"sqs", "ListDeadLetterSourceQueues", queue, viewers, any_account},
    {"sqs", "ListMessageMoveTasks", queue, viewers, same_account},
    {"sqs", "ListQueueTags", queue, viewers, same_account},
    {"sqs", "ListQueues", account, queue_users, nobody, {narrows_itself}},
    {"sqs", "PurgeQueue", queue, operators, any_account},
    {"sqs", "ReceiveMessage", queue, receivers, any_account, {opens_payloads}},
    {"sqs", "RemovePermission", queue, operators, same_account, both_ways},
    {"sqs", "SendMessage", queue, senders, any_account},
    {"sqs", "SendMessageBatch", queue, senders, any_account, {}, "SendMessage"},
    {"sqs", "SetQueueAttributes", queue, operators, same_account, both_ways},
    {"sqs", "StartMessageMoveTask", queue, operators, same_account, {opens_payloads}},
    {"sqs", "TagQueue", queue, operators, same_account},
    {"sqs", "UntagQueue", queue, operators, same_account},

    // "No permissions are required to perform this operation." (STS API reference)
    {"sts", "GetCallerIdentity", account, all_roles, nobody, {narrows_itself}},
};

constexpr auto key_of(const Right& right) { return std::tuple(right.service, right.action); }

static_assert(std::ranges::is_sorted(table, {}, &key_of));

}  // namespace

std::span<const Right> rights() { return table; }

const Right* find_right(std::string_view service, std::string_view action) {
  const auto* found = std::ranges::lower_bound(table, std::tuple(service, action), {}, &key_of);
  const bool is_there =
      found != std::end(table) && found->service == service && found->action == action;
  return is_there ? found : nullptr;
}

std::string policy_name(const Right& right) {
  // So AWS spells it, in the policies that it writes too.
  const std::string_view prefix = right.service == "sns" ? "SNS" : right.service;
  return fmt::format("{}:{}", prefix, right.policy_action());
}

}  // namespace mailrail::auth
