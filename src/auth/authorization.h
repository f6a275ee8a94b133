// Authorization: may this caller do that with this queue or topic? As AWS evaluates it.
//
// Within an account either the role of the key or the policy of the resource allows; towards
// another account both must; who did not sign has only the policy. A statement that denies beats
// all of them. Patterns of a key narrow its roles, not what a policy gives it.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "auth/policy.h"
#include "auth/rights.h"

namespace mailrail::auth {

// All of it is lent.
struct Question {
  const Grant& grant;
  std::string_view account = {};  // Of who asks. Nobody has none.
  std::string_view user_arn = {};
  const Right& right;
  std::string_view name = {};   // Of the queue or topic; empty: it is about the account.
  std::string_view owner = {};  // The account that it belongs to.
  std::string_view resource_arn = {};
  const Policy* policy = nullptr;  // Null: it has none.
  std::span<const ContextValue> context = {};
};

enum class Verdict : std::uint8_t {
  allowed,
  denied,       // By a statement of the policy.
  no_role,      // None of the key's allows it, and no policy does.
  not_its_own,  // A role would, but not with that name.
  hides_payloads,
  only_looks,    // It came on a way on which nothing is changed.
  owners_alone,  // Nobody of another account, whatever a policy says.
  no_policy,     // Only the resource's policy could allow it, and it does not.
};

Verdict judge(const Question& question);

// Why not, in AWS's words, and what would help.
std::string refusal(const Question& question, Verdict verdict);

// What a list may show: whether any pattern matches, if there are some.
bool is_within(const Grant& grant, About about, std::string_view name);

}  // namespace mailrail::auth
