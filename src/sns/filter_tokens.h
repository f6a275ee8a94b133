// A filter policy as the run of tokens that AWS checks it by, from left to right.
//
// AWS parses a policy, writes it again without spaces and lets a streaming parser walk over that
// text; whatever is wrong first is what it tells, with the place where the parser then was:
//
//   "suffix" must be an object or an array
//    at [Source: (String)"{"key":{"suffix":"value"}}"; line: 1, column: 19]
//
// FilterTokens does the same, so that messages are AWS's down to the column. Of a key that is there
// twice the last one counts.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "base/result.h"

namespace mailrail::sns {

enum class TokenKind : std::uint8_t {
  begin_object,
  end_object,
  begin_array,
  end_array,
  key,
  string,
  number,
  literal,  // true, false, null
  end,
};

struct FilterToken {
  TokenKind kind;
  std::uint32_t begin;  // In the text without spaces.
  std::uint32_t end;
  const boost::json::value* value;  // Of a key: what comes behind it. Null for closing brackets.
  std::string_view name = {};       // Of a key.
};

class FilterTokens {
 public:
  // Fails if it is no JSON.
  static Result<FilterTokens> parse(std::string_view policy);

  // The first token on the first call; after the last one `end`, again and again.
  const FilterToken& next();
  const FilterToken& current() const { return tokens_[at_]; }

  // The name of a key, or what a string says. A string is only read to its end when it is asked
  // for, which shows in the column of an error.
  std::string_view text();

  // The current token as it stands in the text.
  std::string_view source() const;

  // The error, with the place where the parser is.
  std::unexpected<Error> fail(std::string_view reason) const;

 private:
  FilterTokens() = default;

  void add(const boost::json::value& value);
  void add_quoted(std::string_view text, TokenKind kind, const boost::json::value& value);
  void add_text(std::string_view text, TokenKind kind, const boost::json::value* value);
  std::uint32_t offset() const;

  std::unique_ptr<const boost::json::value> json_;  // Its address stays; tokens point into it.
  std::string compact_;
  std::vector<FilterToken> tokens_;
  std::size_t at_ = 0;
  bool has_begun_ = false;
  bool is_read_ = false;
};

}  // namespace mailrail::sns
