// Policies of queues and topics: who may do what with them, in the language of IAM.
//
// One is read once, where it is set, and then decides about any number of accesses without taking
// memory. It fails closed: a condition that cannot be judged keeps an Allow from allowing, and no
// Deny from denying. How long a policy may be, and which actions it may be about, is its service's
// to say.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/policy_condition.h"

namespace mailrail::auth {

enum class Effect : std::uint8_t { allow, deny };

// `Action` says which, `NotAction` which not.
enum class Listing : std::uint8_t { included, excluded };

struct Texts {
  Listing listing = Listing::included;
  std::vector<std::string> texts;
};

enum class PrincipalKind : std::uint8_t { anybody, aws, service, other };

struct ListedPrincipal {
  PrincipalKind kind;
  std::string name = {};  // An account, an ARN, a service; not anybody's.
};

struct Statement {
  Effect effect = Effect::allow;
  Listing principal_listing = Listing::included;
  std::vector<ListedPrincipal> principals = {};
  Texts actions = {};
  Texts resources = {};  // Excluded none: whatever the policy is attached to.
  std::vector<Condition> conditions = {};
};

struct Policy {
  std::vector<Statement> statements;
  bool has_statements = false;  // However many: the member is there.

  std::uint64_t memory_bytes() const;
};

// What keeps a text from being a policy.
struct PolicyFlaw {
  std::size_t statement = 0;  // From 1; 0: it is no JSON object with statements at all.
  std::string reason = {};    // Of that statement, without a full stop.
};

std::expected<Policy, PolicyFlaw> parse_policy(std::string_view text);

// Who asks: a service of AWS's, somebody of an account, or nobody whom anyone knows.
struct Principal {
  std::string_view service = {};  // `sns.amazonaws.com`; empty: not one.
  std::string_view account = {};  // Empty: a service's, or nobody's.
  std::string_view arn = {};      // Of the user or role, if there is one.
};

// All of it is lent.
struct Access {
  Principal principal;
  std::string_view action;    // `sqs:SendMessage`
  std::string_view resource;  // An ARN.
  std::span<const ContextValue> context = {};
};

enum class Decision : std::uint8_t {
  allowed,
  delegated,    // It allows the account of who asks, which says to whom of its own that goes.
  denied,       // By a statement: nothing else can allow it.
  not_allowed,  // No statement is about it.
};

// Ours: characters that one decision may compare. What it has not judged by then it cannot judge.
inline constexpr std::size_t decision_comparisons_max = 100'000;

Decision decide(const Policy& policy, const Access& access);

}  // namespace mailrail::auth
