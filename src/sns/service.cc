#include "sns/service.h"

#include <iterator>
#include <vector>

#include "sns/errors.h"
#include "sns/notification.h"
#include "sns/permissions.h"
#include "sns/publish.h"
#include "sns/refusals.h"
#include "sns/subscription_settings.h"
#include "sns/subscriptions.h"
#include "sns/topic_tags.h"
#include "sns/topics.h"

namespace mailrail::sns {
namespace {

constexpr api::ActionEntry own_actions[] = {
    api::entry_of<AddPermission>(),
    api::entry_of<ConfirmSubscription>(),
    api::entry_of<CreateTopic>(),
    api::entry_of<DeleteTopic>(),
    api::entry_of<GetDataProtectionPolicy>(),
    api::entry_of<GetSubscriptionAttributes>(),
    api::entry_of<GetTopicAttributes>(),
    api::entry_of<ListSubscriptions>(),
    api::entry_of<ListSubscriptionsByTopic>(),
    api::entry_of<ListTagsForResource>(),
    api::entry_of<ListTopics>(),
    api::entry_of<Publish>(),
    api::entry_of<PublishBatch>(),
    api::entry_of<PutDataProtectionPolicy>(),
    api::entry_of<RemovePermission>(),
    api::entry_of<SetSubscriptionAttributes>(),
    api::entry_of<SetTopicAttributes>(),
    api::entry_of<Subscribe>(),
    api::entry_of<TagResource>(),
    api::entry_of<Unsubscribe>(),
    api::entry_of<UntagResource>(),
};

std::vector<api::ActionEntry> all_actions() {
  std::vector<api::ActionEntry> actions(std::begin(own_actions), std::end(own_actions));
  actions.insert(actions.end(), refusals().begin(), refusals().end());
  return actions;
}

}  // namespace

api::Service service() {
  static const std::vector<api::ActionEntry> actions = all_actions();
  static constexpr std::string_view query_versions[] = {"2010-03-31"};
  return {.wire = {.name = "sns",
                   .xml_namespace = "http://sns.amazonaws.com/doc/2010-03-31/",
                   .error_namespace = "com.amazonaws.sns",
                   .framework_error_namespace = "com.amazon.coral.service",
                   .error_detail = wire::ErrorDetail::absent},
          .query_versions = query_versions,
          .signing_name = "sns",
          .policy_prefix = "sns",
          .access_denied = &errors::authorization_error_kind,
          .throttled = &errors::throttled,
          .subject_parameter = "TopicArn",
          .empty_text = EmptyText::is_given,
          .missing_parameter = &errors::missing_parameter,
          .read_topic_message = &read_topic_message,
          .actions = actions};
}

}  // namespace mailrail::sns
