#include "auth/authorization.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "auth/key.h"
#include "base/check.h"
#include "base/shown.h"

namespace mailrail::auth {
namespace {

constexpr std::array all_roles = {Role::send, Role::receive,    Role::publish,
                                  Role::view, Role::operations, Role::admin};

bool may(Role role, const Right& right) { return role == Role::admin || right.roles.has(role); }

bool is_admin(const Grant& grant) {
  return std::ranges::find(grant.roles, Role::admin) != grant.roles.end();
}

bool is_narrowed(const Grant& grant) { return !grant.queues.empty() || !grant.topics.empty(); }

// By the roles of the key alone.
Verdict by_role(const Question& question) {
  const Grant& grant = question.grant;
  const Right& right = question.right;
  if (std::ranges::none_of(grant.roles, [&](Role each) { return may(each, right); }))
    return Verdict::no_role;
  const bool is_its_own = right.about == About::account || right.about == About::server
                              ? !is_narrowed(grant) || right.traits.has(Trait::narrows_itself)
                              : is_within(grant, right.about, question.name);
  return is_its_own ? Verdict::allowed : Verdict::not_its_own;
}

Decision by_policy(const Question& question) {
  if (question.policy == nullptr) return Decision::not_allowed;
  const std::string action = policy_name(question.right);
  return decide(*question.policy,
                {.principal = {.account = question.account, .arn = question.user_arn},
                 .action = action,
                 .resource = question.resource_arn,
                 .context = question.context});
}

Verdict for_owner(const Question& question, Decision decision) {
  const Verdict verdict = by_role(question);
  const bool is_shared = decision == Decision::allowed && question.right.sharing != Sharing::nobody;
  return is_shared ? Verdict::allowed : verdict;
}

Verdict for_stranger(const Question& question, Decision decision) {
  if (question.right.sharing != Sharing::any_account) return Verdict::owners_alone;
  const bool is_anybody = question.grant.is_anonymous();
  if (const Verdict verdict = by_role(question); !is_anybody && verdict != Verdict::allowed)
    return verdict;
  const bool lets_in =
      decision == Decision::allowed || (decision == Decision::delegated && !is_anybody);
  return lets_in ? Verdict::allowed : Verdict::no_policy;
}

std::string names_of(std::span<const Role> roles, std::string_view last_joint) {
  std::string names;
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (i > 0) names += i + 1 == roles.size() ? last_joint : ", ";
    names += name_of(roles[i]);
  }
  return names;
}

// What a role would do for it.
std::string about_roles(const Question& question) {
  std::vector<Role> helpful;
  std::ranges::copy_if(all_roles, std::back_inserter(helpful),
                       [&](Role each) { return may(each, question.right); });
  const std::string has = question.grant.roles.empty()
                              ? "The key has no role"
                              : "The key may " + names_of(question.grant.roles, " and ");
  return fmt::format("{}; it takes {}.", has, names_of(helpful, " or "));
}

std::string about_patterns(const Question& question) {
  const About about = question.right.about;
  if (about == About::account || about == About::server) return "It is for keys without patterns.";
  const bool is_queue = about == About::queue;
  const std::vector<std::string>& patterns =
      is_queue ? question.grant.queues : question.grant.topics;
  const std::string_view kind = is_queue ? "queues" : "topics";
  if (patterns.empty()) return fmt::format("The key is for no {}.", kind);
  return fmt::format("The key is for the {} {} alone.", kind, fmt::join(patterns, ", "));
}

std::string why(const Question& question, Verdict verdict) {
  const std::string action = policy_name(question.right);
  const std::string no_identity =
      fmt::format(" because no identity-based policy allows the {} action. ", action);
  switch (verdict) {
    case Verdict::denied:
      return " with an explicit deny in a resource-based policy";
    case Verdict::no_role:
      return no_identity + about_roles(question);
    case Verdict::not_its_own:
      return no_identity + about_patterns(question);
    case Verdict::hides_payloads:
      return no_identity + "The key hides what messages say.";
    case Verdict::only_looks:
      return no_identity + "This server's console changes nothing: it is read-only.";
    case Verdict::owners_alone:
      return no_identity + (question.grant.is_anonymous()
                                ? "The request is not signed."
                                : fmt::format("It takes a key of the account {}.", question.owner));
    case Verdict::no_policy:
      return fmt::format(" because no resource-based policy allows the {} action", action);
    case Verdict::allowed:
      break;
  }
  CHECK(false);
}

}  // namespace

bool is_within(const Grant& grant, About about, std::string_view name) {
  if (!is_narrowed(grant)) return true;
  Effort effort(decision_comparisons_max);
  const bool is_matched = std::ranges::any_of(
      about == About::queue ? grant.queues : grant.topics,
      [&](const std::string& each) { return is_like(name, each, Case::matters, effort); });
  return is_matched && !effort.is_spent();
}

Verdict judge(const Question& question) {
  const Grant& grant = question.grant;
  const Right& right = question.right;
  if (grant.extent == Extent::looking && !right.roles.has(Role::view)) return Verdict::only_looks;
  if (right.traits.has(Trait::is_open)) return Verdict::allowed;
  if (right.traits.has(Trait::opens_payloads) && grant.payloads == Payloads::hidden)
    return Verdict::hides_payloads;
  const bool is_owner = !grant.is_anonymous() && question.account == question.owner;
  const Decision decision = by_policy(question);
  if (decision == Decision::denied) {
    const bool is_beyond =
        is_owner && is_admin(grant) && right.traits.has(Trait::takes_back_policies);
    if (!is_beyond) return Verdict::denied;
  }
  return is_owner ? for_owner(question, decision) : for_stranger(question, decision);
}

std::string refusal(const Question& question, Verdict verdict) {
  const std::string_view user =
      question.grant.is_anonymous() ? std::string_view("anonymous") : question.user_arn;
  return fmt::format("User: {} is not authorized to perform: {} on resource: {}{}", user,
                     policy_name(question.right), shown(question.resource_arn),
                     why(question, verdict));
}

}  // namespace mailrail::auth
