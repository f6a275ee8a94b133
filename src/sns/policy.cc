#include "sns/policy.h"

#include <algorithm>
#include <span>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "api/context.h"
#include "sns/arn.h"
#include "sns/characters.h"
#include "sns/errors.h"
#include "sns/limits.h"

namespace mailrail::sns {
namespace {

namespace json = boost::json;

// Those of the default policy first, in its order.
constexpr std::string_view topic_actions[] = {"GetTopicAttributes",
                                              "SetTopicAttributes",
                                              "AddPermission",
                                              "RemovePermission",
                                              "DeleteTopic",
                                              "Subscribe",
                                              "ListSubscriptionsByTopic",
                                              "Publish",
                                              "GetDataProtectionPolicy",
                                              "PutDataProtectionPolicy",
                                              "ListTagsForResource",
                                              "TagResource",
                                              "UntagResource",
                                              "Receive"};
constexpr std::size_t default_actions = 8;

std::unexpected<Error> malformed() { return errors::invalid_attribute("Policy Error: null"); }

constexpr std::string_view out_of_scope = "Policy statement action out of service scope!";

Result<json::object> parse(std::string_view policy) {
  boost::system::error_code error;
  json::value parsed = json::parse(policy, error);
  if (error || !parsed.is_object()) return malformed();
  return std::move(parsed.as_object());
}

// One statement may stand without the list around it.
Result<json::array> statements_of(const json::object& policy) {
  const json::value* found = policy.if_contains("Statement");
  if (found == nullptr) return malformed();
  if (found->is_object()) return json::array{*found};
  const json::array* list = found->if_array();
  if (list == nullptr || !std::ranges::all_of(*list, &json::value::is_object)) return malformed();
  return *list;
}

bool is_text(const json::value* value, std::string_view text) {
  return value != nullptr && value->is_string() && value->get_string() == text;
}

// A member, or its opposite (`Action`, `NotAction`).
const json::value* either(const json::object& statement, std::string_view name) {
  const json::value* found = statement.if_contains(name);
  return found != nullptr ? found : statement.if_contains("Not" + std::string(name));
}

// `SNS:Publish`, in any case.
bool is_in_scope(std::string_view action) {
  constexpr std::string_view prefix = "SNS:";
  if (!equal_ignoring_case(action.substr(0, prefix.size()), prefix)) return false;
  const std::string_view name = action.substr(prefix.size());
  return std::ranges::any_of(
      topic_actions, [&](std::string_view each) { return equal_ignoring_case(each, name); });
}

Result<void> check_actions(const json::value& actions) {
  const auto is_right = [](const json::value& each) {
    return each.is_string() && is_in_scope(each.get_string());
  };
  const json::array* list = actions.if_array();
  if (list == nullptr && !actions.is_string()) return malformed();
  const bool are_right = list == nullptr ? is_right(actions) : std::ranges::all_of(*list, is_right);
  if (!are_right) return errors::invalid_attribute(std::string(out_of_scope));
  return {};
}

Result<void> check_statement(const json::object& statement) {
  const json::value* effect = statement.if_contains("Effect");
  if (!is_text(effect, "Allow") && !is_text(effect, "Deny")) return malformed();
  const json::value* principal = either(statement, "Principal");
  if (principal == nullptr || (!principal->is_string() && !principal->is_object()))
    return malformed();
  const json::value* actions = either(statement, "Action");
  if (actions == nullptr) return malformed();
  return check_actions(*actions);
}

Result<void> check_size(std::string_view policy) {
  if (policy.size() <= limits::policy_bytes_max) return {};
  return errors::invalid_attribute(
      fmt::format("Policy: must not have more than {} bytes", limits::policy_bytes_max));
}

bool has_label(const json::value& statement, std::string_view label) {
  return is_text(statement.get_object().if_contains("Sid"), label);
}

// The text itself if there is one only. What is there twice counts once.
json::value texts_of(const std::vector<std::string>& texts) {
  json::array list;
  for (const std::string& each : texts) {
    if (std::ranges::find(list, json::value(each)) == list.end()) list.emplace_back(each);
  }
  return list.size() == 1 ? list.front() : json::value(std::move(list));
}

json::object statement_of(const engine::QueueName& topic, const Permission& permission) {
  std::vector<std::string> principals;
  std::vector<std::string> actions;
  for (const std::string& id : permission.account_ids)
    principals.push_back(fmt::format("arn:{}:iam::{}:root", api::arn_partition(topic.region), id));
  for (const std::string& action : permission.actions) actions.push_back("SNS:" + action);
  return {{"Sid", permission.label},
          {"Effect", "Allow"},
          {"Principal", json::object{{"AWS", texts_of(principals)}}},
          {"Action", texts_of(actions)},
          {"Resource", topic_arn(topic)}};
}

}  // namespace

std::string default_policy(const engine::QueueName& topic) {
  json::array actions;
  for (const std::string_view each : std::span(topic_actions).first(default_actions))
    actions.emplace_back("SNS:" + std::string(each));
  const json::object statement = {
      {"Sid", "__default_statement_ID"},
      {"Effect", "Allow"},
      {"Principal", json::object{{"AWS", "*"}}},
      {"Action", std::move(actions)},
      {"Resource", topic_arn(topic)},
      {"Condition", json::object{{"StringEquals", {{"AWS:SourceOwner", topic.account}}}}}};
  return json::serialize(json::object{{"Version", "2008-10-17"},
                                      {"Id", "__default_policy_ID"},
                                      {"Statement", json::array{statement}}});
}

Result<void> check_policy(std::string_view policy) {
  TRY(check_size(policy));
  const json::object parsed = TRY(parse(policy));
  const json::array statements = TRY(statements_of(parsed));
  for (const json::value& each : statements) TRY(check_statement(each.get_object()));
  return {};
}

Result<void> check_permission(const Permission& permission) {
  if (permission.account_ids.empty())
    return std::unexpected(errors::missing_parameter("AWSAccountId"));
  if (permission.actions.empty()) return std::unexpected(errors::missing_parameter("ActionName"));
  for (const std::string& each : permission.actions) {
    if (std::ranges::find(topic_actions, each) == std::end(topic_actions))
      return errors::invalid_parameter(out_of_scope);
  }
  if (!std::ranges::all_of(permission.account_ids, &auth::is_account))
    return errors::invalid_parameter("A provided account ID is not valid");
  return {};
}

Result<std::string> with_permission(std::string_view policy,
                                    const engine::QueueName& topic,
                                    const Permission& permission) {
  json::object changed = TRY(parse(policy));
  json::array statements = TRY(statements_of(changed));
  for (const json::value& each : statements) {
    if (has_label(each, permission.label))
      return errors::invalid_attribute("Statement already exists");
  }
  statements.emplace_back(statement_of(topic, permission));
  changed["Statement"] = std::move(statements);
  std::string text = json::serialize(changed);
  TRY(check_size(text));
  return text;
}

Result<std::string> without_permission(std::string_view policy, std::string_view label) {
  json::object changed = TRY(parse(policy));
  const json::array statements = TRY(statements_of(changed));
  json::array left;
  for (const json::value& each : statements) {
    if (!has_label(each, label)) left.push_back(each);
  }
  if (left.size() == statements.size()) return std::string(policy);
  changed["Statement"] = std::move(left);
  return json::serialize(changed);
}

}  // namespace mailrail::sns
