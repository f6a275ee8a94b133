#include "sns/filter_tokens.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/check.h"
#include "base/json.h"
#include "base/shown.h"
#include "sns/filter_errors.h"
#include "sns/filter_json.h"
#include "sns/filter_limits.h"

namespace mailrail::sns {
namespace {

namespace json = boost::json;

constexpr std::size_t shown_units_max = 500;  // As AWS cuts what it repeats.

// How many characters, as the parser at AWS counts them: one outside the basic plane counts twice.
std::size_t utf16_units(std::string_view text) {
  std::size_t units = 0;
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    units += (byte & 0xc0) != 0x80 ? 1 : 0;
    units += byte >= 0xf0 ? 1 : 0;
  }
  return units;
}

// As many whole characters of it as may be shown.
std::string_view first_units(std::string_view text, std::size_t units_max) {
  std::size_t end = 0;
  std::size_t units = 0;
  while (end < text.size()) {
    std::size_t next = end + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xc0) == 0x80) ++next;
    units += next - end > 3 ? 2 : 1;
    if (units > units_max) break;
    end = next;
  }
  return text.substr(0, end);
}

std::string text_of_number(const json::value& value) {
  if (const std::int64_t* number = value.if_int64()) return fmt::to_string(*number);
  if (const std::uint64_t* number = value.if_uint64()) return fmt::to_string(*number);
  return fmt::to_string(value.get_double());
}

std::string_view text_of_literal(const json::value& value) {
  if (value.is_null()) return "null";
  return value.get_bool() ? "true" : "false";
}

}  // namespace

Result<FilterTokens> FilterTokens::parse(std::string_view policy) {
  ParsedJson parsed = parse_json(policy, limits::filter_policy_depth_max);
  if (parsed.error) {
    return mailrail::fail(errors::invalid_filter_policy,
                          fmt::format("FilterPolicy: failed to parse JSON. {} at byte {} of {}",
                                      parsed.error.message(),
                                      std::min(parsed.bytes + 1, policy.size()), policy.size()));
  }
  FilterTokens tokens;
  tokens.json_ = std::make_unique<const json::value>(std::move(parsed.value));
  tokens.add(*tokens.json_);
  tokens.add_text("", TokenKind::end, nullptr);
  return tokens;
}

const FilterToken& FilterTokens::next() {
  if (has_begun_ && current().kind != TokenKind::end) ++at_;
  has_begun_ = true;
  is_read_ = false;
  return current();
}

std::string_view FilterTokens::text() {
  const FilterToken& token = current();
  if (token.kind == TokenKind::string) {
    is_read_ = true;
    return token.value->get_string();
  }
  CHECK(token.kind == TokenKind::key);
  return token.name;
}

std::string_view FilterTokens::source() const {
  return std::string_view(compact_).substr(current().begin, current().end - current().begin);
}

std::unexpected<Error> FilterTokens::fail(std::string_view reason) const {
  const std::string_view source = compact_;
  const std::string_view cut = first_units(source, shown_units_max);
  const std::size_t missing = utf16_units(source.substr(cut.size()));
  return mailrail::fail(
      errors::invalid_filter_policy,
      fmt::format("FilterPolicy: {}\n at [Source: (String)\"{}\"{}; line: 1, column: {}]", reason,
                  cut, missing == 0 ? "" : fmt::format("[truncated {} chars]", missing),
                  utf16_units(source.substr(0, offset())) + 1));
}

// The parser looks at what comes behind a key when it reads the key.
std::uint32_t FilterTokens::offset() const {
  const FilterToken& token = current();
  const FilterToken& looked_at = token.kind == TokenKind::key ? tokens_[at_ + 1] : token;
  const bool is_half_read = looked_at.kind == TokenKind::string && !is_read_;
  return is_half_read ? looked_at.begin + 1 : looked_at.end;
}

void FilterTokens::add(const json::value& value) {
  switch (value.kind()) {
    case json::kind::object: {
      add_text("{", TokenKind::begin_object, &value);
      bool is_first = true;
      for (const json::key_value_pair& each : value.get_object()) {
        if (!std::exchange(is_first, false)) compact_ += ',';
        add_quoted(each.key(), TokenKind::key, each.value());
        tokens_.back().name = each.key();
        compact_ += ':';
        add(each.value());
      }
      return add_text("}", TokenKind::end_object, nullptr);
    }
    case json::kind::array: {
      add_text("[", TokenKind::begin_array, &value);
      bool is_first = true;
      for (const json::value& each : value.get_array()) {
        if (!std::exchange(is_first, false)) compact_ += ',';
        add(each);
      }
      return add_text("]", TokenKind::end_array, nullptr);
    }
    case json::kind::string:
      return add_quoted(value.get_string(), TokenKind::string, value);
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return add_text(text_of_number(value), TokenKind::number, &value);
    case json::kind::null:
    case json::kind::bool_:
      return add_text(text_of_literal(value), TokenKind::literal, &value);
  }
}

void FilterTokens::add_quoted(std::string_view text, TokenKind kind, const json::value& value) {
  std::string quoted;
  JsonWriter(quoted).string(text);
  add_text(quoted, kind, &value);
}

void FilterTokens::add_text(std::string_view text, TokenKind kind, const json::value* value) {
  const auto begin = static_cast<std::uint32_t>(compact_.size());
  compact_ += text;
  tokens_.push_back({.kind = kind,
                     .begin = begin,
                     .end = static_cast<std::uint32_t>(compact_.size()),
                     .value = value});
}

}  // namespace mailrail::sns
