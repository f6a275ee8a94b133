#include "sqs/policy.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "sqs/arn.h"
#include "sqs/characters.h"
#include "sqs/errors.h"
#include "sqs/limits.h"

namespace mailrail::sqs {
namespace {

namespace json = boost::json;

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

Result<json::object> parse(std::string_view policy) {
  boost::system::error_code error;
  json::value parsed = json::parse(policy, error);
  if (error || !parsed.is_object()) return invalid_policy();
  return std::move(parsed.as_object());
}

// One statement may stand without the list around it.
Result<json::array> statements_of(const json::object& policy) {
  const json::value* found = policy.if_contains("Statement");
  if (found == nullptr) return json::array();
  if (found->is_object()) return json::array{*found};
  const json::array* list = found->if_array();
  if (list == nullptr || !std::ranges::all_of(*list, &json::value::is_object))
    return invalid_policy();
  return *list;
}

bool is_text(const json::value* value, std::string_view text) {
  return value != nullptr && value->is_string() && value->get_string() == text;
}

// How many texts: one, or those in a list. Nothing if it is something else.
std::optional<std::size_t> text_count(const json::value& value) {
  if (value.is_string()) return 1;
  const json::array* list = value.if_array();
  if (list == nullptr || !std::ranges::all_of(*list, &json::value::is_string)) return std::nullopt;
  return list->size();
}

// By kind (`AWS`, `Service`), or everybody.
std::optional<std::size_t> principal_count(const json::value& value) {
  if (value.is_string()) return 1;
  const json::object* kinds = value.if_object();
  if (kinds == nullptr) return std::nullopt;
  std::size_t count = 0;
  for (const auto& [kind, principals] : *kinds) {
    const std::optional<std::size_t> texts = text_count(principals);
    if (!texts) return std::nullopt;
    count += *texts;
  }
  return count;
}

// By operator, and under each by what it compares.
std::optional<std::size_t> condition_count(const json::value& value) {
  const json::object* operators = value.if_object();
  if (operators == nullptr) return std::nullopt;
  std::size_t count = 0;
  for (const auto& [name, compared] : *operators) {
    if (!compared.is_object()) return std::nullopt;
    count += compared.get_object().size();
  }
  return count;
}

// A member, or its opposite (`Action`, `NotAction`).
const json::value* either(const json::object& statement, std::string_view name) {
  const json::value* found = statement.if_contains(name);
  return found != nullptr ? found : statement.if_contains("Not" + std::string(name));
}

Result<void> check_statement(const json::object& statement, std::size_t number) {
  const json::value* effect = statement.if_contains("Effect");
  if (!is_text(effect, "Allow") && !is_text(effect, "Deny"))
    return invalid_statement(number, "Effect must be Allow or Deny");
  const json::value* action = either(statement, "Action");
  const auto actions = action == nullptr ? std::nullopt : text_count(*action);
  if (!actions)
    return invalid_statement(number,
                             "it must have an Action or NotAction: a text or a list of them");
  TRY(check_count("Actions", *actions, limits::policy_actions_max));
  const json::value* principal = either(statement, "Principal");
  const auto principals = principal == nullptr ? std::nullopt : principal_count(*principal);
  if (!principals) {
    return invalid_statement(
        number,
        "it must have a Principal or NotPrincipal: \"*\", or an object of texts "
        "or lists of them");
  }
  TRY(check_count("Principals", *principals, limits::policy_principals_max));
  const json::value* condition = statement.if_contains("Condition");
  const auto conditions = condition == nullptr ? 0 : condition_count(*condition);
  if (!conditions) return invalid_statement(number, "Condition must be an object of objects");
  return check_count("Conditions", *conditions, limits::policy_conditions_max);
}

bool has_label(const json::value& statement, std::string_view label) {
  return is_text(statement.get_object().if_contains("Sid"), label);
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

// The text itself if there is one only. What is there twice counts once.
json::value texts_of(const std::vector<std::string>& texts) {
  json::array list;
  for (const std::string& each : texts) {
    if (std::ranges::find(list, json::value(each)) == list.end()) list.emplace_back(each);
  }
  return list.size() == 1 ? list.front() : json::value(std::move(list));
}

json::object statement_of(const engine::QueueName& queue, const Permission& permission) {
  std::vector<std::string> principals;
  std::vector<std::string> actions;
  for (const std::string& id : permission.account_ids)
    principals.push_back(fmt::format("arn:{}:iam::{}:root", arn_partition(queue.region), id));
  for (const std::string& action : permission.actions) actions.push_back("SQS:" + action);
  return {{"Sid", permission.label},
          {"Effect", "Allow"},
          {"Principal", json::object{{"AWS", texts_of(principals)}}},
          {"Action", texts_of(actions)},
          {"Resource", queue_arn(queue)}};
}

}  // namespace

Result<void> check_policy(std::string_view policy) {
  if (policy.size() > limits::policy_bytes_max) return invalid_policy();
  const json::object parsed = TRY(parse(policy));
  const json::array statements = TRY(statements_of(parsed));
  TRY(check_count("Statements", statements.size(), limits::policy_statements_max));
  std::size_t number = 0;
  for (const json::value& each : statements) TRY(check_statement(each.get_object(), ++number));
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
  json::object changed = {{"Version", "2008-10-17"},
                          {"Id", queue_arn(queue) + "/SQSDefaultPolicy"}};
  if (!policy.empty()) changed = TRY(parse(policy));
  json::array statements = TRY(statements_of(changed));
  for (const json::value& each : statements) {
    if (has_label(each, permission.label))
      return errors::invalid_parameter({"Label", permission.label}, "Already exists");
  }
  statements.emplace_back(statement_of(queue, permission));
  TRY(check_count("Statements", statements.size(), limits::policy_statements_max));
  changed["Statement"] = std::move(statements);
  std::string text = json::serialize(changed);
  TRY(check_count("Bytes of policy", text.size(), limits::policy_bytes_max));
  return text;
}

Result<std::string> without_permission(std::string_view policy, std::string_view label) {
  json::object changed;
  if (!policy.empty()) changed = TRY(parse(policy));
  json::array statements = TRY(statements_of(changed));
  json::array left;
  for (const json::value& each : statements) {
    if (!has_label(each, label)) left.push_back(each);
  }
  if (left.size() == statements.size())
    return errors::invalid_parameter({"Label", label}, "can't find label");
  if (left.empty()) return std::string();
  changed["Statement"] = std::move(left);
  return json::serialize(changed);
}

}  // namespace mailrail::sqs
