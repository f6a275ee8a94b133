#include "tests/cases/actions.h"

#include <algorithm>

#include "admin/conversations.h"
#include "admin/service.h"
#include "sqs/dead_letter_sources.h"
#include "sqs/handles.h"
#include "sqs/move_tasks.h"
#include "sqs/permissions.h"
#include "sqs/queue_tags.h"
#include "sqs/queues.h"
#include "sqs/receive.h"
#include "sqs/send.h"

namespace mailrail::cases {
namespace {

template <class Action>
constexpr ActionShapes shapes_of() {
  return {.name = Action::name,
          .input = &shape_of<typename Action::Input>,
          .output = &shape_of<typename Action::Output>};
}

}  // namespace

bool is_administrative(std::string_view action) {
  const auto actions = admin::service().actions;
  return std::ranges::find(actions, action, &api::ActionEntry::name) != actions.end();
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
      shapes_of<admin::DropConversation>(),
      shapes_of<admin::ListParkedConversations>(),
      shapes_of<admin::RetryConversation>(),
      shapes_of<admin::SkipConversation>(),
  };
  const auto found = std::ranges::find(actions, name, &ActionShapes::name);
  return found == std::end(actions) ? nullptr : &*found;
}

}  // namespace mailrail::cases
