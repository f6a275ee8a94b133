#include "auth/policy_text.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "auth/policy_json.h"

namespace mailrail::auth {
namespace {

namespace json = boost::json;

bool is_labelled(const json::value& statement, std::string_view label) {
  const json::value* found = statement.get_object().if_contains("Sid");
  return found != nullptr && found->is_string() && found->get_string() == label;
}

// The text itself if there is one only.
json::value once_each(const std::vector<std::string>& texts) {
  json::array list;
  for (const std::string& each : texts) {
    if (std::ranges::find(list, json::value(each)) == list.end()) list.emplace_back(each);
  }
  return list.size() == 1 ? list.front() : json::value(std::move(list));
}

}  // namespace

PolicyText::PolicyText(std::string_view version, std::string_view id)
    : policy_({{"Version", version}, {"Id", id}}) {}

std::optional<PolicyText> PolicyText::parse(std::string_view text) {
  std::optional<json::object> parsed = read_policy_json(text);
  if (!parsed) return std::nullopt;
  PolicyText policy;
  policy.policy_ = *std::move(parsed);
  const json::value* found = policy.policy_.if_contains("Statement");
  if (found == nullptr) return policy;
  // One statement may stand without the list around it.
  if (found->is_object()) {
    policy.statements_ = {*found};
  } else if (found->is_array()) {
    policy.statements_ = found->get_array();
  } else {
    return std::nullopt;
  }
  if (!std::ranges::all_of(policy.statements_, &json::value::is_object)) return std::nullopt;
  return policy;
}

bool PolicyText::has_label(std::string_view label) const {
  return std::ranges::any_of(statements_,
                             [&](const json::value& each) { return is_labelled(each, label); });
}

void PolicyText::add(const NewStatement& statement) {
  std::vector<std::string> principals;
  std::vector<std::string> actions;
  for (const std::string& each : statement.account_ids)
    principals.push_back(fmt::format("arn:{}:iam::{}:root", statement.partition, each));
  for (const std::string& each : statement.actions)
    actions.push_back(fmt::format("{}:{}", statement.service, each));
  statements_.push_back(json::object{{"Sid", statement.label},
                                     {"Effect", "Allow"},
                                     {"Principal", json::object{{"AWS", once_each(principals)}}},
                                     {"Action", once_each(actions)},
                                     {"Resource", statement.resource}});
}

bool PolicyText::remove(std::string_view label) {
  json::array left;
  for (const json::value& each : statements_) {
    if (!is_labelled(each, label)) left.push_back(each);
  }
  const bool is_changed = left.size() != statements_.size();
  statements_ = std::move(left);
  return is_changed;
}

std::string PolicyText::text() const {
  json::object policy = policy_;
  policy["Statement"] = statements_;
  return json::serialize(policy);
}

}  // namespace mailrail::auth
