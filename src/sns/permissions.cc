#include "sns/permissions.h"

#include <utility>

#include "sns/topic_attributes.h"

namespace mailrail::sns {
namespace {

std::string policy_of(const engine::Topic& topic) {
  const std::string_view set = kept_attribute(topic.attributes.kept, attribute::policy);
  return set.empty() ? default_policy(topic.name) : std::string(set);
}

api::Asked<Nothing> change_policy(engine::Engine& engine,
                                  engine::Turn& turn,
                                  const engine::Topic& topic,
                                  const Result<std::string>& policy) {
  if (!policy) return errors::as_given(errors::Given::alone, policy.error());
  if (*policy == policy_of(topic)) return Nothing{};
  engine::TopicAttributes attributes = topic.attributes;
  attributes.kept.insert_or_assign(std::string(attribute::policy), *policy);
  engine.change_topic(turn, topic.id, attributes, topic.tags);
  return Nothing{};
}

}  // namespace

AddPermission::Prepared AddPermission::prepare(Input input, const api::Context& context) {
  Prepared prepared{.topic = TargetTopic("TopicArn", *input.topic_arn, context),
                    .checked = {},
                    .permission = {.label = *std::move(input.label),
                                   .account_ids = std::move(input.account_ids),
                                   .actions = std::move(input.actions)}};
  prepared.checked = check_permission(prepared.permission);
  return prepared;
}

api::Asked<Nothing> AddPermission::decide(engine::Engine& engine,
                                          engine::Turn& turn,
                                          Prepared& prepared) {
  const Result<const engine::Topic*> found = prepared.topic.find(engine);
  if (!found) return std::unexpected(found.error());
  if (!prepared.checked) return std::unexpected(prepared.checked.error());
  const engine::Topic& topic = **found;
  return change_policy(engine, turn, topic,
                       with_permission(policy_of(topic), topic.name, prepared.permission));
}

RemovePermission::Prepared RemovePermission::prepare(Input input, const api::Context& context) {
  return {.topic = TargetTopic("TopicArn", *input.topic_arn, context),
          .label = *std::move(input.label)};
}

api::Asked<Nothing> RemovePermission::decide(engine::Engine& engine,
                                             engine::Turn& turn,
                                             Prepared& prepared) {
  const Result<const engine::Topic*> found = prepared.topic.find(engine);
  if (!found) return std::unexpected(found.error());
  const engine::Topic& topic = **found;
  return change_policy(engine, turn, topic, without_permission(policy_of(topic), prepared.label));
}

}  // namespace mailrail::sns
