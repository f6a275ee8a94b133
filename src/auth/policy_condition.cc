#include "auth/policy_condition.h"

#include <algorithm>
#include <array>

#include "base/ip_network.h"

namespace mailrail::auth {
namespace {

struct NamedOperator {
  std::string_view name;
  Comparison comparison;
  bool is_negated = false;
};

// "The ArnEquals and ArnLike condition operators behave identically." (IAM User Guide, condition
// operators)
constexpr auto operators = std::to_array<NamedOperator>({
    {"StringEquals", Comparison::equal},
    {"StringNotEquals", Comparison::equal, true},
    {"StringEqualsIgnoreCase", Comparison::equal_ignoring_case},
    {"StringNotEqualsIgnoreCase", Comparison::equal_ignoring_case, true},
    {"StringLike", Comparison::like},
    {"StringNotLike", Comparison::like, true},
    {"ArnEquals", Comparison::arn_like},
    {"ArnNotEquals", Comparison::arn_like, true},
    {"ArnLike", Comparison::arn_like},
    {"ArnNotLike", Comparison::arn_like, true},
    {"Bool", Comparison::boolean},
    {"IpAddress", Comparison::ip_address},
    {"NotIpAddress", Comparison::ip_address, true},
    {"Null", Comparison::absence},
    {"NumericEquals", Comparison::unjudged},
    {"NumericNotEquals", Comparison::unjudged},
    {"NumericLessThan", Comparison::unjudged},
    {"NumericLessThanEquals", Comparison::unjudged},
    {"NumericGreaterThan", Comparison::unjudged},
    {"NumericGreaterThanEquals", Comparison::unjudged},
    {"DateEquals", Comparison::unjudged},
    {"DateNotEquals", Comparison::unjudged},
    {"DateLessThan", Comparison::unjudged},
    {"DateLessThanEquals", Comparison::unjudged},
    {"DateGreaterThan", Comparison::unjudged},
    {"DateGreaterThanEquals", Comparison::unjudged},
    {"BinaryEquals", Comparison::unjudged},
});

constexpr std::string_view if_exists = "IfExists";
// For keys with several values.
constexpr std::array set_prefixes = {std::string_view("ForAllValues:"),
                                     std::string_view("ForAnyValue:")};

// Also one address alone.
std::optional<IpNetwork> network_in(std::string_view text) {
  if (const auto network = parse_ip_network(text)) return *network;
  const std::optional<IpAddress> address = parse_ip_address(text);
  if (!address) return std::nullopt;
  return IpNetwork{.address = *address,
                   .prefix_bits = address->version == IpVersion::v4 ? 32 : 128};
}

Answer answer(bool value) { return value ? Answer::yes : Answer::no; }

Answer is_in_network(std::string_view value, std::string_view wanted) {
  const std::optional<IpNetwork> network = network_in(wanted);
  if (!network) return Answer::unknown;
  const std::optional<IpAddress> address = parse_ip_address(value);
  return answer(address && network->contains(*address));
}

Answer compare(Comparison comparison,
               std::string_view value,
               std::string_view wanted,
               Effort& effort) {
  if (has_variable(wanted)) return Answer::unknown;
  switch (comparison) {
    case Comparison::equal:
      return answer(value == wanted);
    case Comparison::equal_ignoring_case:
    case Comparison::boolean:
      return answer(is_equal(value, wanted, Case::ignored));
    case Comparison::like:
      return answer(is_like(value, wanted, Case::matters, effort));
    case Comparison::arn_like:
      return answer(is_like_arn(value, wanted, effort));
    case Comparison::ip_address:
      return is_in_network(value, wanted);
    case Comparison::absence:
    case Comparison::unjudged:
      break;
  }
  return Answer::unknown;
}

Answer opposite(Answer given) {
  if (given == Answer::unknown) return given;
  return answer(given == Answer::no);
}

// Any of them will do.
Answer is_absent(bool value, const std::vector<std::string>& values) {
  return answer(std::ranges::any_of(values, [&](const std::string& each) {
    return is_equal(each, value ? "true" : "false", Case::ignored);
  }));
}

}  // namespace

std::optional<ConditionOperator> condition_operator(std::string_view name) {
  bool is_of_sets = false;
  for (const std::string_view each : set_prefixes) {
    if (!is_equal(name.substr(0, each.size()), each, Case::ignored)) continue;
    is_of_sets = true;
    name.remove_prefix(each.size());
    break;
  }
  const bool may_be_absent =
      name.size() > if_exists.size() &&
      is_equal(name.substr(name.size() - if_exists.size()), if_exists, Case::ignored);
  if (may_be_absent) name.remove_suffix(if_exists.size());
  const auto* found = std::ranges::find_if(operators, [&](const NamedOperator& each) {
    return is_equal(each.name, name, Case::ignored);
  });
  if (found == operators.end() || (may_be_absent && found->comparison == Comparison::absence))
    return std::nullopt;
  return ConditionOperator{.comparison = is_of_sets ? Comparison::unjudged : found->comparison,
                           .is_negated = found->is_negated,
                           .if_exists = may_be_absent};
}

Answer both(Answer one, Answer other) {
  if (one == Answer::no || other == Answer::no) return Answer::no;
  return one == Answer::yes ? other : one;
}

Answer either(Answer one, Answer other) {
  if (one == Answer::yes || other == Answer::yes) return Answer::yes;
  return one == Answer::no ? other : one;
}

bool has_variable(std::string_view text) { return text.contains("${"); }

Answer is_met(const Condition& condition, std::span<const ContextValue> context, Effort& effort) {
  const ConditionOperator& op = condition.op;
  if (op.comparison == Comparison::unjudged) return Answer::unknown;
  const auto found = std::ranges::find_if(context, [&](const ContextValue& each) {
    return is_equal(each.key, condition.key, Case::ignored);
  });
  const bool is_there = found != context.end();
  if (op.comparison == Comparison::absence) return is_absent(!is_there, condition.values);
  // "If the key is not present, [...] a negated matching condition operator [...] is true."
  if (!is_there) return answer(op.if_exists || op.is_negated);
  Answer is_any = Answer::no;
  for (const std::string& each : condition.values)
    is_any = either(is_any, compare(op.comparison, found->value, each, effort));
  return op.is_negated ? opposite(is_any) : is_any;
}

}  // namespace mailrail::auth
