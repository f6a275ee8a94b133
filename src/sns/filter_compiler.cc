// From the text of a filter policy to its tables.

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/shown.h"
#include "sns/filter_errors.h"
#include "sns/filter_expression.h"
#include "sns/filter_limits.h"
#include "sns/filter_policy.h"
#include "sns/filter_tokens.h"

namespace mailrail::sns {
namespace {

namespace json = boost::json;

constexpr std::array reserved_names = {std::string_view("anything-but"),
                                       std::string_view("cidr"),
                                       std::string_view("equals-ignore-case"),
                                       std::string_view("exists"),
                                       std::string_view("numeric"),
                                       std::string_view("prefix"),
                                       std::string_view("suffix")};

std::unexpected<Error> invalid(std::string reason) {
  return fail(errors::invalid_filter_policy, std::move(reason));
}

bool is_branch(const json::value& value) {
  const json::object* object = value.if_object();
  return object != nullptr && std::ranges::none_of(*object, [](const json::key_value_pair& each) {
           return std::ranges::find(reserved_names, std::string_view(each.key())) !=
                  reserved_names.end();
         });
}

// Otherwise `$or` is a key like any other.
bool is_list_of_branches(const json::value& value) {
  const json::array* array = value.if_array();
  return array != nullptr && array->size() >= 2 && std::ranges::all_of(*array, is_branch);
}

class FilterCompiler {
 public:
  explicit FilterCompiler(FilterTokens tokens) : tokens_(std::move(tokens)) {}

  Result<FilterConditions> compile(FilterScope scope);

 private:
  // These return how many combinations of values there are. The first token has been taken.
  Result<std::size_t> members(FilterConditions& conditions, std::size_t depth);
  Result<std::size_t> branches(FilterConditions& conditions, std::size_t depth);
  Result<std::size_t> values(FilterConditions& conditions);

  Result<void> value(KeyPatterns& patterns);
  Result<void> check(FilterScope scope, std::size_t keys, std::size_t combinations) const;

  FilterTokens tokens_;
  std::string path_;            // Of what is being read.
  std::size_t keys_ = 0;        // All of them, in every branch.
  std::size_t path_bytes_ = 0;  // Of all keys together.
  bool is_nested_ = false;
};

// What matters is whether it is more than there may be.
std::size_t bounded(std::size_t combinations) {
  return std::min(combinations, limits::filter_combinations_max + 1);
}

Result<FilterConditions> FilterCompiler::compile(FilterScope scope) {
  const FilterToken& first = tokens_.next();
  if (first.kind != TokenKind::begin_object) return tokens_.fail("Filter is not an object");
  const std::size_t top_keys = first.value->get_object().size();
  FilterConditions conditions;
  if (top_keys == 0) return conditions;
  const std::size_t combinations = TRY(members(conditions, 1));
  TRY(check(scope, top_keys, combinations));
  return conditions;
}

// What AWS looks at when the policy is well-formed.
Result<void> FilterCompiler::check(FilterScope scope,
                                   std::size_t keys,
                                   std::size_t combinations) const {
  if (is_nested_ && scope == FilterScope::message_attributes)
    return invalid("Filter policy scope MessageAttributes does not support nested filter policy");
  if (keys > limits::filter_keys_max) {
    return invalid(fmt::format("FilterPolicy: Filter policy can not have more than {} keys",
                               limits::filter_keys_max));
  }
  if (combinations > limits::filter_combinations_max || keys_ > limits::filter_all_keys_max ||
      path_bytes_ > limits::filter_path_bytes_max)
    return invalid("FilterPolicy: Filter policy is too complex");
  return {};
}

Result<std::size_t> FilterCompiler::members(FilterConditions& conditions, std::size_t depth) {
  if (tokens_.next().kind == TokenKind::end_object)
    return tokens_.fail("Empty objects are not allowed");
  std::size_t combinations = 1;
  for (; tokens_.current().kind != TokenKind::end_object; tokens_.next()) {
    const std::string_view name = tokens_.text();
    if (name == "$or" && is_list_of_branches(*tokens_.current().value)) {
      tokens_.next();
      combinations = bounded(combinations * TRY(branches(conditions, depth)));
      continue;
    }
    const std::size_t outer = path_.size();
    if (depth > 1) path_ += '.';
    path_ += name;
    switch (tokens_.next().kind) {
      case TokenKind::begin_object:
        is_nested_ = true;
        combinations *= TRY(members(conditions, depth + 1));
        break;
      case TokenKind::begin_array:
        combinations *= TRY(values(conditions)) * depth;
        break;
      default:
        return tokens_.fail(fmt::format("\"{}\" must be an object or an array", shown(name)));
    }
    combinations = bounded(combinations);
    path_.resize(outer);
  }
  return combinations;
}

Result<std::size_t> FilterCompiler::branches(FilterConditions& conditions, std::size_t depth) {
  std::size_t combinations = 0;
  std::vector<FilterConditions> alternatives;
  while (tokens_.next().kind != TokenKind::end_array)
    combinations = bounded(combinations + TRY(members(alternatives.emplace_back(), depth)));
  conditions.alternatives.push_back(std::move(alternatives));
  return combinations;
}

Result<std::size_t> FilterCompiler::values(FilterConditions& conditions) {
  FilterConditions::Key key;
  key.source = json::serialize(*tokens_.current().value);
  std::size_t count = 0;
  for (; tokens_.next().kind != TokenKind::end_array; ++count) TRY(value(key.patterns));
  if (count == 0) return tokens_.fail("Empty arrays are not allowed");
  keys_ += 1;
  path_bytes_ += path_.size();
  if (keys_ > limits::filter_all_keys_max || path_bytes_ > limits::filter_path_bytes_max)
    return count;  // It is refused in the end, so nothing more is kept.
  key.path = PropertyPath(path_);
  key.patterns.sort();
  conditions.keys.push_back(std::move(key));
  return count;
}

Result<void> FilterCompiler::value(KeyPatterns& patterns) {
  switch (tokens_.current().kind) {
    case TokenKind::begin_object:
      return read_expression(tokens_, patterns);
    case TokenKind::string:
      patterns.strings.emplace_back(tokens_.text());
      return {};
    case TokenKind::number:
      patterns.numbers.push_back(number_in(tokens_.current()));
      return {};
    case TokenKind::literal: {
      const std::string_view literal = tokens_.source();
      bool& takes = literal == "null"   ? patterns.takes_null
                    : literal == "true" ? patterns.takes_true
                                        : patterns.takes_false;
      takes = true;
      return {};
    }
    default:
      return tokens_.fail("Match value must be String, number, true, false, or null");
  }
}

}  // namespace

Result<FilterPolicy> parse_filter_policy(std::string_view text, FilterScope scope) {
  if (text.size() > limits::filter_policy_bytes_max) {
    return invalid(fmt::format("FilterPolicy: Filter policy has {} bytes. It may have {}.",
                               text.size(), limits::filter_policy_bytes_max));
  }
  FilterCompiler compiler(TRY(FilterTokens::parse(text)));
  return FilterPolicy{.scope = scope, .conditions = TRY(compiler.compile(scope))};
}

}  // namespace mailrail::sns
