#include "tests/cases/actions.h"

#include <algorithm>

#include "admin/backups.h"
#include "admin/conversation_states.h"
#include "admin/conversations.h"
#include "admin/events.h"
#include "admin/peek.h"
#include "admin/queue_descriptions.h"
#include "admin/ramped_move_tasks.h"
#include "admin/redrive.h"
#include "admin/server_description.h"
#include "admin/service.h"
#include "admin/topic_filters.h"
#include "sns/permissions.h"
#include "sns/publish.h"
#include "sns/refusals.h"
#include "sns/service.h"
#include "sns/subscription_settings.h"
#include "sns/subscriptions.h"
#include "sns/topic_tags.h"
#include "sns/topics.h"
#include "sqs/dead_letter_sources.h"
#include "sqs/handles.h"
#include "sqs/list_messages.h"
#include "sqs/move_tasks.h"
#include "sqs/permissions.h"
#include "sqs/queue_tags.h"
#include "sqs/queues.h"
#include "sqs/receive.h"
#include "sqs/send.h"
#include "sqs/service.h"
#include "sts/caller_identity.h"
#include "sts/service.h"

namespace mailrail::cases {
namespace {

constexpr std::string_view mark_of_sns = "sns:";
// Answered as another action, and named by its path.
constexpr std::string_view list_messages = "ListMessages";

template <class Action>
constexpr ActionShapes shapes_of() {
  return {.name = Action::name,
          .input = &shape_of<typename Action::Input>,
          .output = &shape_of<typename Action::Output>};
}

bool has(const api::Service& service, std::string_view action) {
  return api::find_action(service, action) != nullptr;
}

template <class Action>
constexpr ActionShapes named(std::string_view name) {
  ActionShapes shapes = shapes_of<Action>();
  shapes.name = name;
  return shapes;
}

template <class Action>
constexpr ActionShapes shapes_of_sns(std::string_view name = Action::name) {
  return named<Action>(name);
}

const ActionShapes* find_action_of_sns(std::string_view name) {
  static constexpr ActionShapes actions[] = {
      shapes_of_sns<sns::AddPermission>("sns:AddPermission"),
      shapes_of_sns<sns::ConfirmSubscription>(),
      shapes_of_sns<sns::CreateTopic>(),
      shapes_of_sns<sns::DeleteTopic>(),
      shapes_of_sns<sns::GetDataProtectionPolicy>(),
      shapes_of_sns<sns::GetSubscriptionAttributes>(),
      shapes_of_sns<sns::GetTopicAttributes>(),
      shapes_of_sns<sns::ListSubscriptions>(),
      shapes_of_sns<sns::ListSubscriptionsByTopic>(),
      shapes_of_sns<sns::ListTagsForResource>(),
      shapes_of_sns<sns::ListTopics>(),
      shapes_of_sns<sns::Publish>(),
      shapes_of_sns<sns::PublishBatch>(),
      shapes_of_sns<sns::PutDataProtectionPolicy>(),
      shapes_of_sns<sns::RemovePermission>("sns:RemovePermission"),
      shapes_of_sns<sns::SetSubscriptionAttributes>(),
      shapes_of_sns<sns::SetTopicAttributes>(),
      shapes_of_sns<sns::Subscribe>(),
      shapes_of_sns<sns::TagResource>(),
      shapes_of_sns<sns::Unsubscribe>(),
      shapes_of_sns<sns::UntagResource>(),
  };
  const auto found = std::ranges::find(actions, name, &ActionShapes::name);
  return found == std::end(actions) ? nullptr : &*found;
}

api::Service service_of(Owner owner) {
  switch (owner) {
    case Owner::sqs:
      return sqs::service();
    case Owner::sns:
      return sns::service();
    case Owner::sts:
      return sts::service();
    case Owner::administration:
      break;
  }
  return admin::service();
}

}  // namespace

Owner owner_of(std::string_view action) {
  if (action.starts_with(mark_of_sns)) return Owner::sns;
  if (has(sqs::service(), action)) return Owner::sqs;
  if (has(sns::service(), action)) return Owner::sns;
  if (has(sts::service(), action)) return Owner::sts;
  return has(admin::service(), action) ? Owner::administration : Owner::sqs;
}

std::string_view wire_name(std::string_view action) {
  if (action == list_messages) return sqs::ListMessages::name;
  if (action.starts_with(mark_of_sns)) action.remove_prefix(mark_of_sns.size());
  return action;
}

std::vector<api::Service> services() {
  return {sqs::service(), sns::service(), sts::service(), admin::service()};
}

std::vector<std::string_view> served_by(Owner owner) {
  std::vector<std::string_view> names;
  for (const api::ActionEntry& each : service_of(owner).actions) {
    const bool only_refuses =
        owner == Owner::sns && std::ranges::find(sns::refusals(), each.name,
                                                 &api::ActionEntry::name) != sns::refusals().end();
    if (only_refuses || each.name.ends_with("Backup")) continue;
    const bool is_shared = owner == Owner::sns && has(sqs::service(), each.name);
    const ActionShapes* shapes = find_action(
        is_shared ? std::string(mark_of_sns) + std::string(each.name) : std::string(each.name));
    names.push_back(shapes == nullptr ? each.name : shapes->name);
  }
  return names;
}

std::vector<std::string_view> served_actions() {
  std::vector<std::string_view> names = served_by(Owner::sqs);
  for (const Owner owner : {Owner::sns, Owner::administration}) {
    for (const std::string_view each : served_by(owner)) names.push_back(each);
  }
  return names;
}

const ActionShapes* find_action(std::string_view name) {
  static constexpr ActionShapes actions[] = {
      shapes_of<sqs::AddPermission>(),
      shapes_of<sqs::CancelMessageMoveTask>(),
      shapes_of<sqs::ChangeMessageVisibility>(),
      shapes_of<sqs::ChangeMessageVisibilityBatch>(),
      shapes_of<sqs::CreateQueue>(),
      shapes_of<sqs::DeleteMessage>(),
      shapes_of<sqs::DeleteMessageBatch>(),
      shapes_of<sqs::DeleteQueue>(),
      shapes_of<sqs::GetQueueAttributes>(),
      shapes_of<sqs::GetQueueUrl>(),
      shapes_of<sqs::ListDeadLetterSourceQueues>(),
      shapes_of<sqs::ListMessageMoveTasks>(),
      named<sqs::ListMessages>(list_messages),
      shapes_of<sqs::ListQueueTags>(),
      shapes_of<sqs::ListQueues>(),
      shapes_of<sqs::PurgeQueue>(),
      shapes_of<sqs::ReceiveMessage>(),
      shapes_of<sqs::RemovePermission>(),
      shapes_of<sqs::SendMessage>(),
      shapes_of<sqs::SendMessageBatch>(),
      shapes_of<sqs::SetQueueAttributes>(),
      shapes_of<sqs::StartMessageMoveTask>(),
      shapes_of<sqs::TagQueue>(),
      shapes_of<sqs::UntagQueue>(),
      shapes_of<admin::BeginBackup>(),
      shapes_of<admin::DescribeConversation>(),
      shapes_of<admin::DescribeQueues>(),
      shapes_of<admin::DescribeServer>(),
      shapes_of<admin::DropConversation>(),
      shapes_of<admin::EndBackup>(),
      shapes_of<admin::ListConversations>(),
      shapes_of<admin::ListEvents>(),
      shapes_of<admin::ListParkedConversations>(),
      shapes_of<admin::ParkConversation>(),
      shapes_of<admin::PeekMessages>(),
      shapes_of<admin::ReadBackup>(),
      shapes_of<admin::RedriveMessages>(),
      shapes_of<admin::RetryConversation>(),
      shapes_of<admin::SkipConversation>(),
      shapes_of<admin::StartRampedMoveTask>(),
      shapes_of<admin::TestFilter>(),
      shapes_of<sts::GetCallerIdentity>(),
  };
  if (const auto found = std::ranges::find(actions, name, &ActionShapes::name);
      found != std::end(actions)) {
    return &*found;
  }
  return find_action_of_sns(name);
}

}  // namespace mailrail::cases
