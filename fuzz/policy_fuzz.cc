// Policies: any text for one, and requests that meet it. The first line is a pattern, the second a
// text that it is tried on, the rest the policy.
//
// What a policy decides is what its statements decide one by one, in any order, and a denial always
// wins. Written anew, it decides the same.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "auth/pattern.h"
#include "auth/policy.h"
#include "auth/policy_text.h"
#include "base/check.h"

namespace mailrail::auth {
namespace {

constexpr std::size_t naive_bytes_max = 12;  // Beyond that it takes too long.
constexpr std::size_t comparisons_max = 10'000'000;

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

bool is_like_naively(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  const std::string_view rest = pattern.substr(1);
  if (pattern.front() == '*')
    return is_like_naively(text, rest) ||
           (!text.empty() && is_like_naively(text.substr(1), pattern));
  if (text.empty()) return false;
  return (pattern.front() == '?' || pattern.front() == text.front()) &&
         is_like_naively(text.substr(1), rest);
}

void fuzz_pattern(std::string_view text, std::string_view pattern) {
  Effort effort(comparisons_max);
  const bool is_like_it = is_like(text, pattern, Case::matters, effort);
  const bool is_like_ignoring_case = is_like(text, pattern, Case::ignored, effort);
  const bool is_like_itself = is_like(text, text, Case::matters, effort);
  if (effort.is_spent()) return;
  CHECK(!is_like_it || is_like_ignoring_case);
  CHECK(is_like_itself || text.contains('*') || text.contains('?'));
  const bool is_ascii = std::ranges::all_of(text, [](char each) { return each > 0; });
  if (is_ascii && std::max(text.size(), pattern.size()) <= naive_bytes_max)
    CHECK(is_like_it == is_like_naively(text, pattern));
}

// Of the statements one by one.
Decision naive_decision(const Policy& policy, const Access& access) {
  bool is_allowed = false;
  bool is_delegated = false;
  for (const Statement& each : policy.statements) {
    const Decision alone = decide({.statements = {each}}, access);
    CHECK(alone != (each.effect == Effect::allow ? Decision::denied : Decision::allowed));
    CHECK(alone != Decision::delegated || each.effect == Effect::allow);
    if (alone == Decision::denied) return Decision::denied;
    is_allowed = is_allowed || alone == Decision::allowed;
    is_delegated = is_delegated || alone == Decision::delegated;
  }
  if (is_allowed) return Decision::allowed;
  return is_delegated ? Decision::delegated : Decision::not_allowed;
}

void fuzz_decision(const Policy& policy, const Policy& again, const Access& access) {
  const Decision decision = decide(policy, access);
  CHECK(decision == naive_decision(policy, access));
  CHECK(decision == decide(again, access));
  Policy changed = policy;
  std::ranges::reverse(changed.statements);
  CHECK(decision == decide(changed, access));
  changed.statements.push_back({.effect = Effect::deny,
                                .principals = {{.kind = PrincipalKind::anybody}},
                                .actions = {.texts = {"*"}},
                                .resources = {.listing = Listing::excluded}});
  CHECK(decide(changed, access) == Decision::denied);
}

void fuzz_policy(std::string_view text) {
  const auto policy = parse_policy(text);
  auto changed = PolicyText::parse(text);
  CHECK(!policy || changed);
  if (!policy) return;
  const auto again = parse_policy(changed->text());
  CHECK(again && again->statements.size() == policy->statements.size());
  const std::array context = {
      ContextValue{.key = "aws:SourceArn", .value = "arn:aws:sns:us-east-1:000000000000:t"},
      ContextValue{.key = "aws:SourceAccount", .value = "000000000000"},
      ContextValue{.key = "aws:SecureTransport", .value = "true"},
      ContextValue{.key = "aws:SourceIp", .value = "10.1.2.3"}};
  for (const Principal& principal :
       {Principal{.service = "sns.amazonaws.com"},
        Principal{.account = "111111111111", .arn = "arn:aws:iam::111111111111:user/ann"}}) {
    fuzz_decision(*policy, *again,
                  {.principal = principal,
                   .action = "sqs:SendMessage",
                   .resource = "arn:aws:sqs:us-east-1:000000000000:q",
                   .context = context});
  }
}

}  // namespace
}  // namespace mailrail::auth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail::auth;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view pattern = take_line(text);
  fuzz_pattern(take_line(text), pattern);
  fuzz_policy(text);
  return 0;
}
