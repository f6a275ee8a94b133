#include "sqs/policy.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "auth/policy.h"
#include "auth/policy_text.h"
#include "sqs/arn.h"
#include "sqs/characters.h"
#include "sqs/errors.h"
#include "sqs/limits.h"

namespace mailrail::sqs {
namespace {

std::unexpected<Error> invalid_policy() {
  return fail(errors::invalid_attribute_value, "Invalid value for the parameter Policy.");
}

std::unexpected<Error> invalid_statement(std::size_t number, std::string_view reason) {
  return fail(errors::invalid_attribute_value,
              fmt::format("Invalid value for the parameter Policy. Reason: Statement {}: {}.",
                          number, reason));
}

// `what` in the plural.
Result<void> check_count(std::string_view what, std::size_t count, std::size_t count_max) {
  if (count <= count_max) return {};
  return fail(errors::over_limit,
              fmt::format("{} {} were found, maximum allowed is {}.", count, what, count_max));
}

Result<auth::PolicyText> text_of(std::string_view policy) {
  std::optional<auth::PolicyText> parsed = auth::PolicyText::parse(policy);
  if (!parsed) return invalid_policy();
  return *std::move(parsed);
}

Result<void> check_statement(const auth::Statement& statement) {
  TRY(check_count("Actions", statement.actions.texts.size(), limits::policy_actions_max));
  TRY(check_count("Principals", statement.principals.size(), limits::policy_principals_max));
  return check_count("Conditions", statement.conditions.size(), limits::policy_conditions_max);
}

// The actions that another account may be let do, and those that stay with the queue's own.
constexpr std::array shared_actions = {std::string_view("*"),
                                       std::string_view("ChangeMessageVisibility"),
                                       std::string_view("DeleteMessage"),
                                       std::string_view("GetQueueAttributes"),
                                       std::string_view("GetQueueUrl"),
                                       std::string_view("ListDeadLetterSourceQueues"),
                                       std::string_view("PurgeQueue"),
                                       std::string_view("ReceiveMessage"),
                                       std::string_view("SendMessage")};
constexpr std::array owners_actions = {std::string_view("AddPermission"),
                                       std::string_view("CancelMessageMoveTask"),
                                       std::string_view("CreateQueue"),
                                       std::string_view("DeleteQueue"),
                                       std::string_view("ListMessageMoveTasks"),
                                       std::string_view("ListQueues"),
                                       std::string_view("ListQueueTags"),
                                       std::string_view("RemovePermission"),
                                       std::string_view("SetQueueAttributes"),
                                       std::string_view("StartMessageMoveTask"),
                                       std::string_view("TagQueue"),
                                       std::string_view("UntagQueue")};

Result<void> check_action(const std::string& action) {
  if (std::ranges::find(shared_actions, action) != shared_actions.end()) return {};
  const bool is_owners = std::ranges::find(owners_actions, action) != owners_actions.end();
  return errors::invalid_parameter(
      {"ActionName", "SQS:" + action},
      is_owners ? "Only the queue owner is allowed to invoke this action"
                : "Please refer to the appropriate WSDL for a list of valid actions");
}

Result<void> check_account_id(std::string_view id) {
  if (id.size() == 12 && std::ranges::all_of(id, is_digit)) return {};
  return errors::invalid_parameter({"PrincipalId", id}, "Unable to verify");
}

Result<void> check_label(std::string_view label) {
  if (label.size() <= limits::label_size_max && std::ranges::all_of(label, is_name_character))
    return {};
  return errors::invalid_parameter(
      {"Label", label},
      fmt::format(
          "Can only include alphanumeric characters, hyphens, or underscores. 1 to {} in length",
          limits::label_size_max));
}

}  // namespace

Result<void> check_policy(std::string_view policy) {
  if (policy.size() > limits::policy_bytes_max) return invalid_policy();
  const auto parsed = auth::parse_policy(policy);
  if (!parsed && parsed.error().statement == 0) return invalid_policy();
  if (!parsed) return invalid_statement(parsed.error().statement, parsed.error().reason);
  TRY(check_count("Statements", parsed->statements.size(), limits::policy_statements_max));
  for (const auth::Statement& each : parsed->statements) TRY(check_statement(each));
  return {};
}

Result<void> check_permission(const Permission& permission) {
  TRY(check_label(permission.label));
  if (permission.actions.empty()) return errors::missing_parameter("Actions");
  if (permission.account_ids.empty())
    return errors::invalid_parameter({"PrincipalId", "[]"}, "Unable to verify");
  TRY(check_count("Actions", permission.actions.size(), limits::policy_actions_max));
  TRY(check_count("Principals", permission.account_ids.size(), limits::policy_principals_max));
  for (const std::string& each : permission.actions) TRY(check_action(each));
  for (const std::string& each : permission.account_ids) TRY(check_account_id(each));
  return {};
}

Result<std::string> with_permission(std::string_view policy,
                                    const engine::QueueName& queue,
                                    const Permission& permission) {
  auth::PolicyText changed("2008-10-17", queue_arn(queue) + "/SQSDefaultPolicy");
  if (!policy.empty()) changed = TRY(text_of(policy));
  if (changed.has_label(permission.label))
    return errors::invalid_parameter({"Label", permission.label}, "Already exists");
  changed.add({.label = permission.label,
               .account_ids = permission.account_ids,
               .partition = arn_partition(queue.region),
               .service = "SQS",
               .actions = permission.actions,
               .resource = queue_arn(queue)});
  TRY(check_count("Statements", changed.statement_count(), limits::policy_statements_max));
  std::string text = changed.text();
  TRY(check_count("Bytes of policy", text.size(), limits::policy_bytes_max));
  return text;
}

Result<std::string> without_permission(std::string_view policy, std::string_view label) {
  auth::PolicyText changed = TRY(text_of(policy.empty() ? "{}" : policy));
  if (!changed.remove(label))
    return errors::invalid_parameter({"Label", label}, "can't find label");
  return changed.statement_count() == 0 ? std::string() : changed.text();
}

}  // namespace mailrail::sqs
