// Match expressions of a filter policy: {"prefix": "p"}, {"numeric": [">", 0, "<=", 5]}, and so on.
//
// One is read from the policy's tokens, in the order and with the complaints of AWS.

#pragma once

#include "base/result.h"
#include "sns/filter_pattern.h"
#include "sns/filter_tokens.h"

namespace mailrail::sns {

// Its opening brace has been taken; takes its closing one.
Result<void> read_expression(FilterTokens& tokens, KeyPatterns& patterns);

// Of the current token, which is a number.
Number number_in(const FilterToken& token);

}  // namespace mailrail::sns
