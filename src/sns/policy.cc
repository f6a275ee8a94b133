#include "sns/policy.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "auth/caller.h"
#include "auth/policy.h"
#include "auth/policy_text.h"
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

Result<auth::PolicyText> text_of(std::string_view policy) {
  std::optional<auth::PolicyText> parsed = auth::PolicyText::parse(policy);
  if (!parsed) return malformed();
  return *std::move(parsed);
}

// `SNS:Publish`, in any case.
bool is_in_scope(std::string_view action) {
  constexpr std::string_view prefix = "SNS:";
  if (!equal_ignoring_case(action.substr(0, prefix.size()), prefix)) return false;
  const std::string_view name = action.substr(prefix.size());
  return std::ranges::any_of(
      topic_actions, [&](std::string_view each) { return equal_ignoring_case(each, name); });
}

Result<void> check_size(std::string_view policy) {
  if (policy.size() <= limits::policy_bytes_max) return {};
  return errors::invalid_attribute(
      fmt::format("Policy: must not have more than {} bytes", limits::policy_bytes_max));
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
  const auto parsed = auth::parse_policy(policy);
  if (!parsed || !parsed->has_statements) return malformed();
  for (const auth::Statement& each : parsed->statements) {
    if (!std::ranges::all_of(each.actions.texts, is_in_scope))
      return errors::invalid_attribute(std::string(out_of_scope));
  }
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
  auth::PolicyText changed = TRY(text_of(policy));
  if (changed.has_label(permission.label))
    return errors::invalid_attribute("Statement already exists");
  changed.add({.label = permission.label,
               .account_ids = permission.account_ids,
               .partition = api::arn_partition(topic.region),
               .service = "SNS",
               .actions = permission.actions,
               .resource = topic_arn(topic)});
  std::string text = changed.text();
  TRY(check_size(text));
  return text;
}

Result<std::string> without_permission(std::string_view policy, std::string_view label) {
  auth::PolicyText changed = TRY(text_of(policy));
  return changed.remove(label) ? changed.text() : std::string(policy);
}

}  // namespace mailrail::sns
