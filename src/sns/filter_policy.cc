#include "sns/filter_policy.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/json.h"
#include "base/shown.h"

namespace mailrail::sns {
namespace {

bool is_met(const FilterConditions::Key& key, const Properties& properties) {
  const Values* values = properties.at(key.path);
  if (values == nullptr) return key.patterns.takes_absence && !properties.is_empty();
  ValueSearch search(*values);
  return key.patterns.takes_any(search);
}

bool are_met(const FilterConditions& conditions, const Properties& properties) {
  const auto is_key_met = [&](const auto& each) { return is_met(each, properties); };
  const auto is_branch_met = [&](const auto& each) { return are_met(each, properties); };
  const auto is_any_met = [&](const auto& each) {
    return std::ranges::any_of(each, is_branch_met);
  };
  return std::ranges::all_of(conditions.keys, is_key_met) &&
         std::ranges::all_of(conditions.alternatives, is_any_met);
}

bool is_for_everything(const FilterPolicy& policy) {
  return policy.conditions.keys.empty() && policy.conditions.alternatives.empty();
}

constexpr std::size_t shown_values_max = 10;

std::string json_of(const Scalar& value) {
  switch (value.kind) {
    case ScalarKind::null:
      return "null";
    case ScalarKind::boolean:
      return value.boolean ? "true" : "false";
    case ScalarKind::number:
      return fmt::to_string(static_cast<double>(value.number));
    case ScalarKind::string:
      break;
  }
  std::string quoted;
  JsonWriter(quoted).string(shown(value.text));
  return quoted;
}

// The first values at the path, and how many more there are.
std::string values_at(const PropertyPath& path, const Properties& properties) {
  const Values* values = properties.at(path);
  if (values == nullptr) return {};
  std::string shown_values;
  for (const Scalar& each : values->first(shown_values_max))
    shown_values += (shown_values.empty() ? "" : ", ") + json_of(each);
  if (values->count() > shown_values_max)
    shown_values += fmt::format(" and {} more", values->count() - shown_values_max);
  return shown_values;
}

FilterMismatch mismatch_of(const FilterConditions::Key& key, const Properties& properties) {
  FilterMismatch mismatch{.reason = FilterMismatchReason::no_value_taken,
                          .key = key.path.text(),
                          .condition = key.source,
                          .found = values_at(key.path, properties)};
  if (mismatch.found.empty()) mismatch.reason = FilterMismatchReason::key_is_absent;
  return mismatch;
}

std::optional<FilterMismatch> explain(const FilterConditions& conditions,
                                      const Properties& properties) {
  for (const FilterConditions::Key& each : conditions.keys) {
    if (!is_met(each, properties)) return mismatch_of(each, properties);
  }
  for (const std::vector<FilterConditions>& branches : conditions.alternatives) {
    FilterMismatch mismatch{.reason = FilterMismatchReason::no_branch_met};
    for (const FilterConditions& each : branches) {
      std::optional<FilterMismatch> of_branch = explain(each, properties);
      if (of_branch) mismatch.alternatives.push_back(std::move(*of_branch));
    }
    if (mismatch.alternatives.size() == branches.size()) return mismatch;
  }
  return std::nullopt;
}

const Properties* properties_in(const Event& event, FilterScope scope) {
  return scope == FilterScope::message_body ? event.body() : &event.attributes();
}

}  // namespace

bool matches(const FilterPolicy& policy, const Event& event) {
  if (is_for_everything(policy)) return true;
  const Properties* properties = properties_in(event, policy.scope);
  return properties != nullptr && are_met(policy.conditions, *properties);
}

std::optional<FilterMismatch> explain_mismatch(const FilterPolicy& policy, const Event& event) {
  if (is_for_everything(policy)) return std::nullopt;
  const Properties* properties = properties_in(event, policy.scope);
  if (properties == nullptr)
    return FilterMismatch{.reason = FilterMismatchReason::body_is_no_object};
  if (properties->is_empty()) return FilterMismatch{.reason = FilterMismatchReason::nothing_there};
  return explain(policy.conditions, *properties);
}

std::string describe(const FilterMismatch& mismatch) {
  switch (mismatch.reason) {
    case FilterMismatchReason::body_is_no_object:
      return "the body is not a JSON object";
    case FilterMismatchReason::nothing_there:
      return "the message has nothing to filter by";
    case FilterMismatchReason::key_is_absent:
      return fmt::format("{} is not there, and the policy asks for {}", shown(mismatch.key),
                         shown(mismatch.condition));
    case FilterMismatchReason::no_value_taken:
      return fmt::format("{} is {}, and the policy asks for {}", shown(mismatch.key),
                         mismatch.found, shown(mismatch.condition));
    case FilterMismatchReason::no_branch_met:
      break;
  }
  std::string text = "no branch of $or is met";
  for (const FilterMismatch& each : mismatch.alternatives)
    text += (&each == &mismatch.alternatives.front() ? ": " : "; ") + describe(each);
  return text;
}

}  // namespace mailrail::sns
