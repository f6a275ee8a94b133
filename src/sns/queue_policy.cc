#include "sns/queue_policy.h"

#include <array>
#include <string>

#include "api/resource_policy.h"
#include "auth/policy.h"
#include "sns/arn.h"

namespace mailrail::sns {
namespace {

constexpr std::string_view service = "sns.amazonaws.com";

}  // namespace

QueuePolicy policy_towards(engine::Engine& engine,
                           const engine::Queue& queue,
                           const engine::TopicName& topic) {
  const auth::Policy* policy = api::policy_of(engine, queue);
  if (policy == nullptr) {
    const bool is_own = topic.account == queue.name.account;
    return is_own && engine.strictness() != engine::Strictness::aws ? QueuePolicy::lets_in
                                                                    : QueuePolicy::keeps_out;
  }
  const std::string source = topic_arn(topic);
  const std::string resource = api::queue_arn(queue.name);
  const std::array context = {
      auth::ContextValue{.key = "aws:SourceArn", .value = source},
      auth::ContextValue{.key = "aws:SourceAccount", .value = topic.account},
      auth::ContextValue{.key = "aws:PrincipalServiceName", .value = service},
      auth::ContextValue{.key = "aws:PrincipalIsAWSService", .value = "true"},
      // Nothing that is sent to a queue leaves the server.
      auth::ContextValue{.key = "aws:SecureTransport", .value = "true"}};
  const auth::Decision decision = auth::decide(*policy, {.principal = {.service = service},
                                                         .action = "sqs:SendMessage",
                                                         .resource = resource,
                                                         .context = context});
  return decision == auth::Decision::allowed ? QueuePolicy::lets_in : QueuePolicy::keeps_out;
}

}  // namespace mailrail::sns
