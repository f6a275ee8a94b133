#include "sns/filter_json.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>

namespace mailrail::sns {
namespace {

namespace json = boost::json;

// What the parser calls, one after the other, for what it finds. A false would stop it.
struct TreeBuilder {
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  using ErrorCode = json::error_code;
  using Text = json::string_view;

  json::value_stack stack;

  bool on_document_begin(ErrorCode&) { return true; }
  bool on_document_end(ErrorCode&) { return true; }
  bool on_object_begin(ErrorCode&) { return true; }
  bool on_array_begin(ErrorCode&) { return true; }
  bool on_number_part(Text, ErrorCode&) { return true; }
  bool on_comment_part(Text, ErrorCode&) { return true; }
  bool on_comment(Text, ErrorCode&) { return true; }

  bool on_object_end(std::size_t count, ErrorCode&) {
    stack.push_object(count);
    return true;
  }

  bool on_array_end(std::size_t count, ErrorCode&) {
    stack.push_array(count);
    return true;
  }

  bool on_key_part(Text text, std::size_t, ErrorCode&) {
    stack.push_chars(text);
    return true;
  }

  bool on_key(Text text, std::size_t, ErrorCode&) {
    stack.push_key(text);
    return true;
  }

  bool on_string_part(Text text, std::size_t, ErrorCode&) {
    stack.push_chars(text);
    return true;
  }

  bool on_string(Text text, std::size_t, ErrorCode&) {
    stack.push_string(text);
    return true;
  }

  bool on_int64(std::int64_t number, Text, ErrorCode&) {
    stack.push_int64(number);
    return true;
  }

  bool on_uint64(std::uint64_t number, Text, ErrorCode&) {
    stack.push_uint64(number);
    return true;
  }

  // The text is whole, because the document is. What no double can hold becomes the largest one:
  // infinity is no JSON.
  bool on_double(double number, Text text, ErrorCode&) {
    constexpr double largest = std::numeric_limits<double>::max();
    std::from_chars(text.data(), text.data() + text.size(), number);
    stack.push_double(std::clamp(number, -largest, largest));
    return true;
  }

  bool on_bool(bool value, ErrorCode&) {
    stack.push_bool(value);
    return true;
  }

  bool on_null(ErrorCode&) {
    stack.push_null();
    return true;
  }
};

}  // namespace

ParsedJson parse_json(std::string_view text, std::size_t depth_max) {
  json::parse_options options;
  options.max_depth = depth_max;
  json::basic_parser<TreeBuilder> parser(options);
  parser.handler().stack.reset();
  ParsedJson parsed;
  parsed.bytes = parser.write_some(false, text.data(), text.size(), parsed.error);
  if (!parsed.error && text.find_first_not_of(" \t\r\n", parsed.bytes) != std::string_view::npos)
    parsed.error = json::error::extra_data;
  if (!parsed.error) parsed.value = parser.handler().stack.release();
  return parsed;
}

}  // namespace mailrail::sns
