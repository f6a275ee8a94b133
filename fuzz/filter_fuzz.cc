// Filter policies: any text for a policy, any message, beside an evaluator that is obviously right.
//
// If the first byte is odd, the others choose a policy and a message that are well-formed. Else
// they are text: a line for the policy, one for the body, and one for each attribute, its type's
// first letter (String, Number, Array, Binary) before `name=value`.

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/check.h"
#include "sns/filter_example_testing.h"
#include "sns/filter_json.h"
#include "sns/filter_limits.h"
#include "sns/filter_policy.h"
#include "sns/naive_filter_testing.h"

namespace mailrail::sns {
namespace {

struct Input {
  std::string_view policy;
  std::string_view body;
  std::vector<EventAttribute> attributes;
};

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

// A number that JSON has, too, which is how the naive evaluator reads it.
bool is_plain_number(std::string_view text) {
  boost::json::error_code error;
  const boost::json::value read = boost::json::parse(text, error);
  return !error && read.is_number() &&
         std::isspace(static_cast<unsigned char>(text.front())) == 0 &&
         std::isspace(static_cast<unsigned char>(text.back())) == 0;
}

Input read(std::string_view text) {
  Input input{.policy = take_line(text), .body = take_line(text)};
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (line.empty()) continue;
    const char type = line.front();
    line.remove_prefix(1);
    EventAttribute attribute{.name = line.substr(0, line.find('='))};
    attribute.value = line.substr(std::min(line.size(), attribute.name.size() + 1));
    attribute.data_type = type == 'S'   ? "String"
                          : type == 'N' ? "Number"
                          : type == 'A' ? "String.Array"
                                        : "Binary";
    if (type == 'N' && !is_plain_number(attribute.value)) continue;
    input.attributes.push_back(attribute);
  }
  return input;
}

// Spaces don't matter, nor how a number is written.
void check_that_spelling_does_not_matter(std::string_view policy,
                                         FilterScope scope,
                                         const Result<FilterPolicy>& parsed) {
  const ParsedJson json = parse_json(policy, limits::filter_policy_depth_max);
  if (json.error) return;
  const Result<FilterPolicy> again = parse_filter_policy(boost::json::serialize(json.value), scope);
  CHECK(again.has_value() == parsed.has_value());
  CHECK(parsed.has_value() || again.error().message == parsed.error().message);
}

void run(const Input& input, FilterScope scope) {
  const Event event(input.body, input.attributes);
  const Result<FilterPolicy> policy = parse_filter_policy(input.policy, scope);
  check_that_spelling_does_not_matter(input.policy, scope, policy);
  if (!policy) {
    CHECK(policy.error().message.starts_with("FilterPolicy: ") ||
          policy.error().message.starts_with("Filter policy scope"));
    return;
  }
  const bool is_match = matches(*policy, event);
  CHECK(is_match == naive::matches(input.policy, scope, input.body, input.attributes));
  const auto mismatch = explain_mismatch(*policy, event);
  CHECK(mismatch.has_value() != is_match);
  if (mismatch) CHECK(!describe(*mismatch).empty());
}

}  // namespace
}  // namespace mailrail::sns

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail::sns;
  if (size == 0) return 0;
  const std::span<const std::uint8_t> rest(data + 1, size - 1);
  if (data[0] % 2 != 0) {
    const FilterExample example(rest);
    run({.policy = example.policy, .body = example.body, .attributes = example.attributes()},
        example.scope);
    return 0;
  }
  const Input input = read({reinterpret_cast<const char*>(rest.data()), rest.size()});
  run(input, FilterScope::message_body);
  run(input, FilterScope::message_attributes);
  return 0;
}
