#include "sqs/permissions.h"

#include <utility>

#include "sqs/queue_attributes.h"

namespace mailrail::sqs {
namespace {

std::string_view policy_of(const engine::Queue& queue) {
  const auto found = queue.attributes.kept.find(std::string(attribute::policy));
  return found == queue.attributes.kept.end() ? std::string_view() : found->second;
}

Result<void> change_policy(engine::Engine& engine,
                           engine::Turn& turn,
                           const engine::Queue& queue,
                           const Result<std::string>& policy) {
  if (!policy) return std::unexpected(policy.error());
  const engine::QueueAttributes attributes =
      TRY(attributes_after_set(queue.attributes, {{std::string(attribute::policy), *policy}}));
  engine.change_queue(turn, queue.id, attributes);
  return {};
}

}  // namespace

AddPermission::Prepared AddPermission::prepare(Input input, const api::Context& context) {
  Prepared prepared{.queue = TargetQueue(input.queue_url, context),
                    .error = {},
                    .permission = {.label = std::move(input.label),
                                   .account_ids = std::move(input.account_ids),
                                   .actions = std::move(input.actions)}};
  if (const Result<void> checked = check_permission(prepared.permission); !checked)
    prepared.error = checked.error();
  return prepared;
}

api::Asked<Nothing> AddPermission::decide(engine::Engine& engine,
                                          engine::Turn& turn,
                                          Prepared& prepared) {
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  if (prepared.error) return std::unexpected(*prepared.error);
  const Result<void> changed = change_policy(
      engine, turn, queue, with_permission(policy_of(queue), queue.name, prepared.permission));
  if (!changed) return std::unexpected(changed.error());
  return Nothing{};
}

RemovePermission::Prepared RemovePermission::prepare(Input input, const api::Context& context) {
  return {.queue = TargetQueue(input.queue_url, context), .label = std::move(input.label)};
}

api::Asked<Nothing> RemovePermission::decide(engine::Engine& engine,
                                             engine::Turn& turn,
                                             Prepared& prepared) {
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  const Result<void> changed =
      change_policy(engine, turn, queue, without_permission(policy_of(queue), prepared.label));
  if (!changed) return std::unexpected(changed.error());
  return Nothing{};
}

}  // namespace mailrail::sqs
