#include "admin/service.h"

#include "admin/backups.h"
#include "admin/conversation_states.h"
#include "admin/conversations.h"
#include "admin/events.h"
#include "admin/peek.h"
#include "admin/queue_descriptions.h"
#include "admin/ramped_move_tasks.h"
#include "admin/redrive.h"
#include "admin/server_description.h"
#include "admin/topic_filters.h"

namespace mailrail::admin {

api::Service service() {
  static constexpr api::ActionEntry actions[] = {
      api::entry_of<BeginBackup>(),
      api::entry_of<DescribeConversation>(),
      api::entry_of<DescribeQueues>(),
      api::entry_of<DescribeServer>(),
      api::entry_of<DropConversation>(),
      api::entry_of<EndBackup>(),
      api::entry_of<ListConversations>(),
      api::entry_of<ListEvents>(),
      api::entry_of<ListParkedConversations>(),
      api::entry_of<ParkConversation>(),
      api::entry_of<PeekMessages>(),
      api::entry_of<ReadBackup>(),
      api::entry_of<RedriveMessages>(),
      api::entry_of<RetryConversation>(),
      api::entry_of<SkipConversation>(),
      api::entry_of<StartRampedMoveTask>(),
      api::entry_of<TestFilter>(),
  };
  return {.wire = {.name = "mailrail",
                   .xml_namespace = "",
                   .error_namespace = "mailrail",
                   .framework_error_namespace = "com.amazon.coral.service",
                   .error_detail = wire::ErrorDetail::absent},
          .target_prefix = "Mailrail.",
          .policy_prefix = "mailrail",
          .queue_paths = api::QueuePaths::known,
          .actions = actions};
}

}  // namespace mailrail::admin
