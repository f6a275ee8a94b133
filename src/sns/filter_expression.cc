#include "sns/filter_expression.h"

#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/shown.h"
#include "sns/cidr.h"
#include "sns/filter_errors.h"
#include "sns/filter_event.h"

namespace mailrail::sns {
namespace {

constexpr std::string_view one_key_only = "Only one key allowed in match expression";

Result<void> take(FilterTokens& tokens, TokenKind kind, std::string_view complaint) {
  if (tokens.next().kind != kind) return tokens.fail(complaint);
  return {};
}

Result<std::string> read_text(FilterTokens& tokens, std::string_view match_type) {
  if (tokens.next().kind != TokenKind::string)
    return tokens.fail(fmt::format("{} match pattern must be a string", match_type));
  return std::string(tokens.text());
}

// --- Numbers

Result<Number> read_operand(FilterTokens& tokens, std::string_view comparison) {
  if (tokens.current().kind != TokenKind::number)
    return tokens.fail(fmt::format("Value of {} must be numeric", comparison));
  return number_in(tokens.current());
}

// Behind a lower bound; the current token is the operator of the upper one.
Result<void> read_upper_bound(FilterTokens& tokens, NumericRange& range) {
  if (tokens.current().kind != TokenKind::string) {
    return tokens.fail(fmt::format("Bad value in numeric range: {}", shown(tokens.source())));
  }
  const std::string_view comparison = tokens.text();
  if (comparison != "<" && comparison != "<=")
    return tokens.fail(fmt::format("Bad numeric range operator: {}", shown(comparison)));
  tokens.next();
  range.high = TRY(read_operand(tokens, comparison));
  range.high_bound = comparison == "<" ? Bound::open : Bound::closed;
  TRY(take(tokens, TokenKind::end_array, "Too many terms in numeric range expression"));
  if (range.low >= range.high) return tokens.fail("Bottom must be less than top");
  return {};
}

Result<NumericRange> read_range(FilterTokens& tokens) {
  if (tokens.next().kind != TokenKind::string) {
    return tokens.fail(fmt::format("Invalid member in numeric match: {}", shown(tokens.source())));
  }
  const std::string comparison(tokens.text());
  tokens.next();
  const bool is_equality = comparison == "=";
  const bool is_lower = comparison == ">" || comparison == ">=";
  const bool is_upper = comparison == "<" || comparison == "<=";
  if (!is_equality && !is_lower && !is_upper)
    return tokens.fail(fmt::format("Unrecognized numeric range operator: {}", shown(comparison)));
  const Number operand = TRY(read_operand(tokens, is_equality ? "equals" : comparison));
  const Bound bound = comparison.size() == 1 && !is_equality ? Bound::open : Bound::closed;

  NumericRange range;
  if (!is_upper) range.low = operand;
  if (!is_upper) range.low_bound = bound;
  if (!is_lower) range.high = operand;
  if (!is_lower) range.high_bound = bound;
  if (tokens.next().kind == TokenKind::end_array) return range;
  if (!is_lower) return tokens.fail("Too many elements in numeric expression");
  TRY(read_upper_bound(tokens, range));
  return range;
}

Result<Pattern> read_numeric(FilterTokens& tokens) {
  TRY(take(tokens, TokenKind::begin_array, "Value of numeric must be an array."));
  const NumericRange range = TRY(read_range(tokens));
  TRY(take(tokens, TokenKind::end_object, "Too many elements in numeric expression"));
  return range;
}

// --- Anything but

Result<AnythingBut> read_excluded_list(FilterTokens& tokens) {
  AnythingBut excluded;
  while (tokens.next().kind != TokenKind::end_array) {
    if (tokens.current().kind == TokenKind::string) {
      excluded.strings.emplace_back(tokens.text());
    } else if (tokens.current().kind == TokenKind::number) {
      excluded.numbers.push_back(number_in(tokens.current()));
    } else {
      return tokens.fail("Inside anything but list, start|null|boolean is not supported.");
    }
  }
  if (excluded.strings.empty() == excluded.numbers.empty()) {
    return tokens.fail(
        "Inside anything but list, either all values are number or string, mixed type is not "
        "supported");
  }
  return excluded;
}

Result<Pattern> read_excluded_prefix(FilterTokens& tokens) {
  TRY(take(tokens, TokenKind::key, "Anything-But expression name not found"));
  if (tokens.text() != "prefix") {
    return tokens.fail(fmt::format("Unsupported anything-but pattern: {}", shown(tokens.text())));
  }
  AnythingButPrefix excluded{.text = TRY(read_text(tokens, "prefix"))};
  if (excluded.text.empty()) return tokens.fail("Null prefix not allowed");
  TRY(take(tokens, TokenKind::end_object, one_key_only));
  TRY(take(tokens, TokenKind::end_object, one_key_only));
  return excluded;
}

Result<Pattern> read_anything_but(FilterTokens& tokens) {
  AnythingBut excluded;
  switch (tokens.next().kind) {
    case TokenKind::begin_object:
      return read_excluded_prefix(tokens);
    case TokenKind::begin_array:
      excluded = TRY(read_excluded_list(tokens));
      break;
    case TokenKind::string:
      excluded.strings.emplace_back(tokens.text());
      break;
    case TokenKind::number:
      excluded.numbers.push_back(number_in(tokens.current()));
      break;
    default:
      return tokens.fail("Value of anything-but must be an array or single string/number value.");
  }
  TRY(take(tokens, TokenKind::end_object, "Too many elements in numeric expression"));
  return excluded;
}

// --- Everything else

Result<void> read_exists(FilterTokens& tokens, KeyPatterns& patterns) {
  const std::string_view value = tokens.next().kind == TokenKind::literal ? tokens.source() : "";
  if (value != "true" && value != "false")
    return tokens.fail("exists match pattern must be either true or false.");
  (value == "true" ? patterns.takes_presence : patterns.takes_absence) = true;
  return take(tokens, TokenKind::end_object, one_key_only);
}

// AWS calls the operand a prefix, and tells no place where it is malformed.
Result<Pattern> read_cidr(FilterTokens& tokens) {
  const std::string text = TRY(read_text(tokens, "prefix"));
  const Result<IpNetwork> network = parse_cidr(text);
  if (!network)
    return fail(errors::invalid_filter_policy, "FilterPolicy: " + network.error().message);
  TRY(take(tokens, TokenKind::end_object, one_key_only));
  return *network;
}

Result<Pattern> read_text_pattern(FilterTokens& tokens, std::string_view match_type) {
  std::string text = TRY(read_text(tokens, match_type));
  TRY(take(tokens, TokenKind::end_object, one_key_only));
  if (match_type == "equals-ignore-case") return equals_ignoring_case(text);
  if (match_type == "suffix") return Suffix{.text = std::move(text)};
  return Prefix{.text = std::move(text)};
}

Result<Pattern> read_pattern(FilterTokens& tokens, std::string_view match_type) {
  if (match_type == "prefix" || match_type == "suffix" || match_type == "equals-ignore-case")
    return read_text_pattern(tokens, match_type);
  if (match_type == "numeric") return read_numeric(tokens);
  if (match_type == "anything-but") return read_anything_but(tokens);
  if (match_type == "cidr") return read_cidr(tokens);
  return tokens.fail(fmt::format("Unrecognized match type {}", shown(match_type)));
}

}  // namespace

Number number_in(const FilterToken& token) { return scalar(*token.value)->number; }

Result<void> read_expression(FilterTokens& tokens, KeyPatterns& patterns) {
  TRY(take(tokens, TokenKind::key, "Match expression name not found"));
  const std::string match_type(tokens.text());
  if (match_type == "exists") return read_exists(tokens, patterns);
  patterns.patterns.push_back(TRY(read_pattern(tokens, match_type)));
  return {};
}

}  // namespace mailrail::sns
