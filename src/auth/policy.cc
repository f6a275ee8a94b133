#include "auth/policy.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "auth/policy_json.h"
#include "base/result.h"
#include "base/shown.h"

namespace mailrail::auth {
namespace {

namespace json = boost::json;

// --- Reading. What is wrong with a statement is a reason.

constexpr ErrorKind malformed_statement{
    .name = "MalformedPolicy", .query_code = "MalformedPolicy", .http_status = 400};

std::unexpected<Error> malformed(std::string reason) {
  return fail(malformed_statement, std::move(reason));
}

constexpr std::array members = {std::string_view("Sid"),       std::string_view("Effect"),
                                std::string_view("Principal"), std::string_view("NotPrincipal"),
                                std::string_view("Action"),    std::string_view("NotAction"),
                                std::string_view("Resource"),  std::string_view("NotResource"),
                                std::string_view("Condition")};

Result<Effect> read_effect(const json::object& statement) {
  const json::value* effect = statement.if_contains("Effect");
  if (effect != nullptr && effect->is_string()) {
    if (effect->get_string() == "Allow") return Effect::allow;
    if (effect->get_string() == "Deny") return Effect::deny;
  }
  return malformed("Effect must be Allow or Deny");
}

// One text, or those in a list. Nothing if it is something else.
std::optional<std::vector<std::string>> texts_in(const json::value& value) {
  std::vector<std::string> texts;
  if (value.is_string()) return std::vector{std::string(value.get_string())};
  const json::array* list = value.if_array();
  if (list == nullptr) return std::nullopt;
  for (const json::value& each : *list) {
    if (!each.is_string()) return std::nullopt;
    texts.emplace_back(each.get_string());
  }
  return texts;
}

// A member, or its opposite (`Action`, `NotAction`), of which there may only be one.
struct Listed {
  Listing listing;
  const json::value* value;
};

std::optional<Listed> listed(const json::object& statement, std::string_view name) {
  const json::value* included = statement.if_contains(name);
  const json::value* excluded = statement.if_contains("Not" + std::string(name));
  if ((included == nullptr) == (excluded == nullptr)) return std::nullopt;
  if (included != nullptr) return Listed{.listing = Listing::included, .value = included};
  return Listed{.listing = Listing::excluded, .value = excluded};
}

Result<Texts> read_actions(const json::object& statement) {
  if (const auto found = listed(statement, "Action")) {
    if (auto texts = texts_in(*found->value))
      return Texts{.listing = found->listing, .texts = *std::move(texts)};
  }
  return malformed("it must have an Action or NotAction: a text or a list of them");
}

Result<Texts> read_resources(const json::object& statement) {
  if (!statement.contains("Resource") && !statement.contains("NotResource"))
    return Texts{.listing = Listing::excluded, .texts = {}};
  if (const auto found = listed(statement, "Resource")) {
    if (auto texts = texts_in(*found->value))
      return Texts{.listing = found->listing, .texts = *std::move(texts)};
  }
  return malformed("it may have either a Resource or a NotResource: a text or a list of them");
}

// By kind (`AWS`, `Service`), or everybody.
std::optional<std::vector<ListedPrincipal>> principals_in(const json::value& value) {
  std::vector<ListedPrincipal> principals;
  if (value.is_string()) {
    const bool is_anybody = value.get_string() == "*";
    principals.push_back(
        {.kind = is_anybody ? PrincipalKind::anybody : PrincipalKind::other, .name = {}});
    return principals;
  }
  const json::object* kinds = value.if_object();
  if (kinds == nullptr) return std::nullopt;
  for (const auto& [name, listed] : *kinds) {
    std::optional<std::vector<std::string>> texts = texts_in(listed);
    if (!texts) return std::nullopt;
    for (std::string& each : *texts) {
      const PrincipalKind kind = name == "AWS"       ? PrincipalKind::aws
                                 : name == "Service" ? PrincipalKind::service
                                                     : PrincipalKind::other;
      const bool is_anybody = kind == PrincipalKind::aws && each == "*";
      principals.push_back(
          {.kind = is_anybody ? PrincipalKind::anybody : kind, .name = std::move(each)});
    }
  }
  return principals;
}

// Values that are texts, or numbers, true or false that stand for them.
std::optional<std::vector<std::string>> values_in(const json::value& value) {
  const auto text_of = [](const json::value& each) -> std::optional<std::string> {
    if (each.is_string()) return std::string(each.get_string());
    if (each.is_number() || each.is_bool()) return json::serialize(each);
    return std::nullopt;
  };
  std::vector<std::string> values;
  const json::array alone{value};
  for (const json::value& each : value.is_array() ? value.get_array() : alone) {
    std::optional<std::string> text = text_of(each);
    if (!text) return std::nullopt;
    values.push_back(*std::move(text));
  }
  return values;
}

// By operator, and under each by what it compares.
Result<std::vector<Condition>> read_conditions(const json::object& statement) {
  std::vector<Condition> conditions;
  const json::value* found = statement.if_contains("Condition");
  if (found == nullptr) return conditions;
  const json::object* by_operator = found->if_object();
  if (by_operator == nullptr) return malformed("Condition must be an object of objects");
  for (const auto& [name, compared] : *by_operator) {
    const std::optional<ConditionOperator> op = condition_operator(name);
    if (!op) {
      return malformed(
          fmt::format("{} is no operator of conditions", shown(std::string_view(name))));
    }
    if (!compared.is_object()) return malformed("Condition must be an object of objects");
    for (const auto& [key, value] : compared.get_object()) {
      auto values = values_in(value);
      if (!values) {
        return malformed(fmt::format("{} must be compared with a text or a list of them",
                                     shown(std::string_view(key))));
      }
      conditions.push_back({.op = *op, .key = key, .values = *std::move(values)});
    }
  }
  return conditions;
}

Result<Statement> read_statement(const json::object& given) {
  Statement statement{.effect = TRY(read_effect(given)), .actions = TRY(read_actions(given))};
  const std::optional<Listed> principal = listed(given, "Principal");
  auto principals = principal ? principals_in(*principal->value) : std::nullopt;
  if (!principals) {
    return malformed(
        "it must have a Principal or NotPrincipal: \"*\", or an object of texts or lists of them");
  }
  statement.principal_listing = principal->listing;
  statement.principals = *std::move(principals);
  statement.resources = TRY(read_resources(given));
  statement.conditions = TRY(read_conditions(given));
  for (const auto& [name, value] : given) {
    if (std::ranges::find(members, std::string_view(name)) == members.end()) {
      return malformed(fmt::format("{} is no member of statements", shown(std::string_view(name))));
    }
  }
  return statement;
}

// --- Deciding.

// `arn:aws:iam::000000000000:root`, which stands for all of the account.
bool is_root_of(std::string_view arn, std::string_view account) {
  constexpr std::string_view root = ":root";
  if (!arn.starts_with("arn:") || !arn.ends_with(root)) return false;
  arn.remove_suffix(root.size());
  const std::size_t iam = arn.find(":iam::");
  return iam != std::string_view::npos && arn.substr(iam + 6) == account;
}

bool names_account(const ListedPrincipal& listed, const Principal& principal) {
  if (listed.kind != PrincipalKind::aws || principal.account.empty()) return false;
  return listed.name == principal.account || is_root_of(listed.name, principal.account);
}

// By more than the account.
bool names_itself(const ListedPrincipal& listed, const Principal& principal) {
  switch (listed.kind) {
    case PrincipalKind::anybody:
      return true;
    case PrincipalKind::service:
      return !principal.service.empty() && listed.name == principal.service;
    case PrincipalKind::aws:
      return !principal.arn.empty() && listed.name == principal.arn;
    case PrincipalKind::other:
      break;
  }
  return false;
}

bool is_one_of(const ListedPrincipal& listed, const Principal& principal) {
  return names_itself(listed, principal) || names_account(listed, principal);
}

// What the statement allows, it allows only on the word of the account. "When you specify an AWS
// account, [...] you delegate authority to the account." (IAM User Guide, Principal)
bool delegates(const Statement& statement, const Principal& principal) {
  return statement.principal_listing == Listing::included &&
         std::ranges::none_of(statement.principals, [&](const ListedPrincipal& each) {
           return names_itself(each, principal);
         });
}

Answer answer(bool value) { return value ? Answer::yes : Answer::no; }

Answer of(Listing listing, Answer is_listed) {
  if (listing == Listing::included || is_listed == Answer::unknown) return is_listed;
  return answer(is_listed == Answer::no);
}

Answer is_about_principal(const Statement& statement, const Principal& principal) {
  const bool is_listed =
      std::ranges::any_of(statement.principals,
                          [&](const ListedPrincipal& each) { return is_one_of(each, principal); });
  return of(statement.principal_listing, answer(is_listed));
}

Answer is_about_action(const Texts& actions, std::string_view action, Effort& effort) {
  const bool is_listed = std::ranges::any_of(actions.texts, [&](const std::string& each) {
    return is_like(action, each, Case::ignored, effort);
  });
  return of(actions.listing, answer(is_listed));
}

Answer is_about_resource(const Texts& resources, std::string_view resource, Effort& effort) {
  Answer is_listed = Answer::no;
  for (const std::string& each : resources.texts) {
    is_listed = either(is_listed, has_variable(each) ? Answer::unknown
                                                     : answer(is_like_arn(resource, each, effort)));
  }
  return of(resources.listing, is_listed);
}

Answer is_about(const Statement& statement, const Access& access, Effort& effort) {
  Answer is_about = is_about_principal(statement, access.principal);
  if (is_about != Answer::no)
    is_about = both(is_about, is_about_action(statement.actions, access.action, effort));
  if (is_about != Answer::no)
    is_about = both(is_about, is_about_resource(statement.resources, access.resource, effort));
  for (const Condition& each : statement.conditions) {
    if (is_about == Answer::no) break;
    is_about = both(is_about, is_met(each, access.context, effort));
  }
  return effort.is_spent() ? Answer::unknown : is_about;
}

std::uint64_t bytes_of(const std::vector<std::string>& texts) {
  std::uint64_t bytes = texts.capacity() * sizeof(std::string);
  for (const std::string& each : texts) bytes += each.capacity();
  return bytes;
}

}  // namespace

std::expected<Policy, PolicyFlaw> parse_policy(std::string_view text) {
  const std::optional<json::object> parsed = read_policy_json(text);
  if (!parsed) return std::unexpected(PolicyFlaw{});
  Policy policy;
  const json::value* found = parsed->if_contains("Statement");
  if (found == nullptr) return policy;
  policy.has_statements = true;
  // One statement may stand without the list around it.
  const json::array alone{*found};
  const json::array& list = found->is_array() ? found->get_array() : alone;
  for (const json::value& each : list) {
    if (!each.is_object()) return std::unexpected(PolicyFlaw{});
  }
  for (const json::value& each : list) {
    Result<Statement> statement = read_statement(each.get_object());
    if (!statement) {
      return std::unexpected(PolicyFlaw{.statement = policy.statements.size() + 1,
                                        .reason = std::move(statement.error().message)});
    }
    policy.statements.push_back(*std::move(statement));
  }
  return policy;
}

std::uint64_t Policy::memory_bytes() const {
  std::uint64_t bytes = statements.capacity() * sizeof(Statement);
  for (const Statement& each : statements) {
    bytes += each.principals.capacity() * sizeof(ListedPrincipal) + bytes_of(each.actions.texts) +
             bytes_of(each.resources.texts) + each.conditions.capacity() * sizeof(Condition);
    for (const ListedPrincipal& principal : each.principals) bytes += principal.name.capacity();
    for (const Condition& condition : each.conditions)
      bytes += condition.key.capacity() + bytes_of(condition.values);
  }
  return bytes;
}

Decision decide(const Policy& policy, const Access& access) {
  Effort effort(decision_comparisons_max);
  Decision decision = Decision::not_allowed;
  for (const Statement& each : policy.statements) {
    const Answer is_about_it = is_about(each, access, effort);
    if (each.effect == Effect::deny && is_about_it != Answer::no) return Decision::denied;
    if (each.effect == Effect::deny || is_about_it != Answer::yes) continue;
    if (!delegates(each, access.principal)) decision = Decision::allowed;
    if (decision == Decision::not_allowed) decision = Decision::delegated;
  }
  return decision;
}

}  // namespace mailrail::auth
