#include "api/access.h"

#include <vector>

#include <fmt/format.h>

#include "api/arn.h"
#include "api/errors.h"
#include "api/resource_policy.h"
#include "auth/authorization.h"

namespace mailrail::api {
namespace {

bool is_known(const auth::Caller& caller) { return !caller.grant->is_anonymous(); }

std::vector<auth::ContextValue> context_values(const Context& context,
                                               std::string_view user_arn,
                                               std::span<const auth::ContextValue> more) {
  const auth::Caller& caller = context.caller;
  std::vector<auth::ContextValue> values = {
      {.key = "aws:SourceIp", .value = context.remote_address},
      {.key = "aws:SecureTransport",
       .value = context.transport == Transport::encrypted ? "true" : "false"},
      {.key = "aws:RequestedRegion", .value = caller.region},
      {.key = "aws:PrincipalIsAWSService", .value = "false"},
      {.key = "aws:PrincipalType", .value = is_known(caller) ? "User" : "Anonymous"}};
  if (is_known(caller)) {
    values.push_back({.key = "aws:PrincipalArn", .value = user_arn});
    values.push_back({.key = "aws:PrincipalAccount", .value = caller.account});
    values.push_back({.key = "aws:username", .value = caller.grant->name});
    values.push_back({.key = "aws:userid", .value = caller.user});
  }
  values.insert(values.end(), more.begin(), more.end());
  return values;
}

Result<void> answer_to(const auth::Question& question, const ErrorKind& access_denied) {
  const auth::Verdict verdict = auth::judge(question);
  if (verdict == auth::Verdict::allowed) return {};
  return fail(access_denied, auth::refusal(question, verdict));
}

std::string subject_arn(const Subject& subject) {
  return arn_of(subject.about == auth::About::queue ? "sqs" : "sns", subject.name);
}

const auth::Policy* policy_about(const Subject& subject, engine::Engine& engine) {
  if (subject.about == auth::About::queue) {
    const engine::Queue* queue = engine.find_queue(subject.name);
    return queue == nullptr ? nullptr : policy_of(engine, *queue);
  }
  const engine::Topic* topic = engine.topics().find(subject.name);
  return topic == nullptr ? nullptr : policy_of(engine, *topic);
}

// By the roles of the key alone.
Result<void> authorize_by_role(const Context& context, auth::Right right) {
  const auth::Caller& caller = context.caller;
  const std::string user_arn = caller_arn(caller);
  const std::string resource =
      arn_of(right.service, {.region = caller.region, .account = caller.account, .name = "*"});
  const bool is_about_all = right.about == auth::About::server;
  if (!is_about_all) right.about = auth::About::account;
  right.sharing = auth::Sharing::nobody;
  return answer_to({.grant = *caller.grant,
                    .account = caller.account,
                    .user_arn = user_arn,
                    .right = right,
                    .owner = is_about_all ? auth::default_account : caller.account,
                    .resource_arn = resource},
                   *context.access_denied);
}

}  // namespace

std::string caller_arn(const auth::Caller& caller) {
  const std::string_view partition = arn_partition(caller.region);
  if (caller.grant == nullptr) return fmt::format("arn:{}:iam::{}:root", partition, caller.account);
  const auth::Grant& key = *caller.grant;
  return fmt::format("arn:{}:iam::{}:user/{}", partition, caller.account,
                     key.name.empty() ? key.key_id : key.name);
}

Result<void> authorize(const AccessRequest& request,
                       const std::optional<Subject>& subject,
                       std::span<const auth::ContextValue> more) {
  const Context& context = request.context;
  if (subject) return authorize(request, *context.right, *subject, more);
  if (context.caller.grant == nullptr) return {};
  // The action will say what is wrong with the name, to who could have given a better one.
  auth::Right whatever_name = *context.right;
  whatever_name.traits = whatever_name.traits.with(auth::Trait::narrows_itself);
  return authorize_by_role(context, whatever_name);
}

Result<void> authorize(const AccessRequest& request,
                       const auth::Right& right,
                       const Subject& subject,
                       std::span<const auth::ContextValue> more) {
  const Context& context = request.context;
  const auth::Caller& caller = context.caller;
  if (caller.grant == nullptr) return {};
  auth::Question question{.grant = *caller.grant,
                          .account = is_known(caller) ? std::string_view(caller.account) : "",
                          .right = right,
                          .name = subject.name.name,
                          .owner = subject.name.account,
                          .policy = policy_about(subject, request.engine)};
  // Names are for policies and refusals; most calls meet neither.
  if (question.policy == nullptr && auth::judge(question) == auth::Verdict::allowed) return {};
  const std::string user_arn = is_known(caller) ? caller_arn(caller) : std::string();
  const std::string resource_arn = subject_arn(subject);
  const std::vector<auth::ContextValue> values = context_values(context, user_arn, more);
  question.user_arn = user_arn;
  question.resource_arn = resource_arn;
  question.context = values;
  return answer_to(question, *context.access_denied);
}

Result<void> authorize_for_account(const Context& context) {
  if (context.caller.grant == nullptr) return {};
  if (context.right == nullptr) {
    return fail(*context.access_denied,
                "Nobody is authorized to perform this action where keys are in force.");
  }
  const auth::About about = context.right->about;
  if (about != auth::About::account && about != auth::About::server) return {};
  return authorize_by_role(context, *context.right);
}

bool may_see(const auth::Caller& caller, const Subject& subject) {
  return caller.grant == nullptr ||
         auth::is_within(*caller.grant, subject.about, subject.name.name);
}

}  // namespace mailrail::api
