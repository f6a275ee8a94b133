#include "sns/queue_policy.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "auth/policy.h"
#include "sns/arn.h"

namespace mailrail::sns {
namespace {

constexpr std::string_view service = "sns.amazonaws.com";

// A queue's policy as the engine keeps it.
class ReadPolicy final : public engine::Matcher {
 public:
  // It was checked when it was set. One that an earlier version took and this one does not is empty
  // here.
  explicit ReadPolicy(std::string_view text)
      : policy_(auth::parse_policy(text).value_or(auth::Policy())) {}

  const auth::Policy& policy() const { return policy_; }

  std::uint64_t memory_bytes() const override { return sizeof(*this) + policy_.memory_bytes(); }

 private:
  auth::Policy policy_;
};

std::shared_ptr<const engine::Matcher> read_policy(engine::Engine& engine,
                                                   const engine::Queue& queue,
                                                   std::string_view text) {
  if (queue.matcher != nullptr) return queue.matcher;
  auto read = std::make_shared<const ReadPolicy>(text);
  engine.keep_matcher(queue.id, read);
  return read;
}

}  // namespace

QueuePolicy policy_towards(engine::Engine& engine,
                           const engine::Queue& queue,
                           const engine::TopicName& topic) {
  const auto found = queue.attributes.kept.find("Policy");
  if (found == queue.attributes.kept.end()) {
    return engine.strictness() == engine::Strictness::aws ? QueuePolicy::keeps_out
                                                          : QueuePolicy::lets_in;
  }
  const auto read = read_policy(engine, queue, found->second);
  const std::string source = topic_arn(topic);
  const std::string resource = api::queue_arn(queue.name);
  const std::array context = {
      auth::ContextValue{.key = "aws:SourceArn", .value = source},
      auth::ContextValue{.key = "aws:SourceAccount", .value = topic.account},
      auth::ContextValue{.key = "aws:PrincipalServiceName", .value = service},
      auth::ContextValue{.key = "aws:PrincipalIsAWSService", .value = "true"},
      // Nothing that is sent to a queue leaves the server.
      auth::ContextValue{.key = "aws:SecureTransport", .value = "true"}};
  const auth::Decision decision = auth::decide(static_cast<const ReadPolicy&>(*read).policy(),
                                               {.principal = {.service = service},
                                                .action = "sqs:SendMessage",
                                                .resource = resource,
                                                .context = context});
  return decision == auth::Decision::allowed ? QueuePolicy::lets_in : QueuePolicy::keeps_out;
}

}  // namespace mailrail::sns
