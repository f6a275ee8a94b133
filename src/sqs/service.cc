#include "sqs/service.h"

#include "sqs/dead_letter_sources.h"
#include "sqs/handles.h"
#include "sqs/list_messages.h"
#include "sqs/move_tasks.h"
#include "sqs/permissions.h"
#include "sqs/queue_tags.h"
#include "sqs/queues.h"
#include "sqs/receive.h"
#include "sqs/send.h"

namespace mailrail::sqs {

api::Service service() {
  static constexpr api::ActionEntry actions[] = {
      api::entry_of<AddPermission>(),
      api::entry_of<CancelMessageMoveTask>(),
      api::entry_of<ChangeMessageVisibility>(),
      api::entry_of<ChangeMessageVisibilityBatch>(),
      api::entry_of<CreateQueue>(),
      api::entry_of<DeleteMessage>(),
      api::entry_of<DeleteMessageBatch>(),
      api::entry_of<DeleteQueue>(),
      api::entry_of<GetQueueAttributes>(),
      api::entry_of<GetQueueUrl>(),
      api::entry_of<ListDeadLetterSourceQueues>(),
      api::entry_of<ListMessageMoveTasks>(),
      api::entry_of<ListQueueTags>(),
      api::entry_of<ListQueues>(),
      api::entry_of<PurgeQueue>(),
      api::entry_of<ReceiveMessage>(),
      api::entry_of<RemovePermission>(),
      api::entry_of<SendMessage>(),
      api::entry_of<SendMessageBatch>(),
      api::entry_of<SetQueueAttributes>(),
      api::entry_of<StartMessageMoveTask>(),
      api::entry_of<TagQueue>(),
      api::entry_of<UntagQueue>(),
  };
  static constexpr api::PathAction paths[] = {
      {.path = "/_aws/sqs/messages", .action = api::entry_of<ListMessages>()},
  };
  static constexpr std::string_view query_versions[] = {"2008-01-01", "2009-02-01", "2011-10-01",
                                                        "2012-11-05"};
  return {.wire = {.name = "sqs",
                   .xml_namespace = "http://queue.amazonaws.com/doc/2012-11-05/",
                   .error_namespace = "com.amazonaws.sqs",
                   .framework_error_namespace = "com.amazon.coral.service",
                   .error_detail = wire::ErrorDetail::empty},
          .target_prefix = "AmazonSQS.",
          .query_versions = query_versions,
          .signing_name = "sqs",
          .policy_prefix = "sqs",
          .subject_parameter = "QueueUrl",
          .queue_paths = api::QueuePaths::known,
          .actions = actions,
          .paths = paths};
}

}  // namespace mailrail::sqs
