// A condition of a policy's statement: an operator, a key of the request's context, and values.
//
//   "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:news"}}
//
// It is met, or not, or it cannot be judged: operators on numbers, dates and bytes, those on keys
// with several values, and values with variables in them (`${aws:username}`) are known to AWS and
// to mailrail by name alone.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/pattern.h"

namespace mailrail::auth {

enum class Comparison : std::uint8_t {
  equal,
  equal_ignoring_case,
  like,
  arn_like,
  boolean,
  ip_address,
  absence,  // `Null`
  unjudged,
};

struct ConditionOperator {
  Comparison comparison = Comparison::unjudged;
  bool is_negated = false;  // `StringNotEquals`
  bool if_exists = false;   // A key that is absent meets it.
};

// Nothing if AWS has none of that name. Names are not told apart by case.
std::optional<ConditionOperator> condition_operator(std::string_view name);

struct Condition {
  ConditionOperator op;
  std::string key;
  std::vector<std::string> values;
};

// What is known of a request: `aws:SourceArn`. Keys are not told apart by case.
struct ContextValue {
  std::string_view key;
  std::string_view value;
};

enum class Answer : std::uint8_t { no, yes, unknown };

// Whether the one that is judged after others leaves any doubt: no beats unknown beats yes.
Answer both(Answer one, Answer other);
// Likewise, but yes beats unknown beats no.
Answer either(Answer one, Answer other);

// A text with a variable in it, whose value nobody knows here.
bool has_variable(std::string_view text);

Answer is_met(const Condition& condition, std::span<const ContextValue> context, Effort& effort);

}  // namespace mailrail::auth
