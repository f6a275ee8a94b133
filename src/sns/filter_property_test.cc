// Properties: whatever policy meets whatever event, it matches as the naive one says. RapidCheck
// makes them up, and when they differ it looks for the shortest that still do.

#include <cstdint>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sns/filter_example_testing.h"
#include "sns/filter_policy.h"
#include "sns/naive_filter_testing.h"

namespace mailrail::sns {
namespace {

using Choices = std::vector<std::uint8_t>;

constexpr int size_max = 200;

rc::Gen<Choices> any_choices() {
  return rc::gen::container<Choices>(rc::gen::resize(100, rc::gen::inRange<std::uint8_t>(0, 240)));
}

// RC_PARAMS="seed=... max_success=..." in the environment asks for others.
rc::detail::TestParams parameters() {
  rc::detail::TestParams parameters = rc::detail::configuration().testParams;
  if (std::getenv("RC_PARAMS") != nullptr) return parameters;
  parameters.seed = 1;
  parameters.maxSuccess = MAILRAIL_FILTER_RUNS;
  parameters.maxSize = size_max;
  return parameters;
}

struct Outcome {
  bool is_policy = false;
  bool matches = false;
  bool naively = false;
  bool is_explained = false;
};

Outcome outcome(const FilterExample& example) {
  const Result<FilterPolicy> policy = parse_filter_policy(example.policy, example.scope);
  if (!policy) return {};
  const std::vector<EventAttribute> attributes = example.attributes();
  const Event event(example.body, attributes);
  return {.is_policy = true,
          .matches = matches(*policy, event),
          .naively = naive::matches(example.policy, example.scope, example.body, attributes),
          .is_explained = explain_mismatch(*policy, event).has_value()};
}

TEST(FilterProperties, MatchAsTheNaiveOneDoes) {
  const auto property = rc::detail::toProperty([] {
    const FilterExample example(*any_choices());
    RC_LOG() << example.policy << "\n" << example.body << "\n";
    for (const EventAttribute& each : example.attributes())
      RC_LOG() << each.name << ": " << each.data_type << " " << each.value << "\n";
    const Outcome found = outcome(example);
    RC_ASSERT(found.matches == found.naively);
    RC_ASSERT(!found.is_policy || found.is_explained != found.matches);
  });
  const auto result = rc::detail::checkProperty(property, rc::detail::TestMetadata(), parameters());
  std::ostringstream words;
  rc::detail::printResultMessage(result, words);
  EXPECT_TRUE(result.is<rc::detail::SuccessResult>()) << words.str();
}

// The same each time. Few are refused, and both outcomes are there in both scopes.
TEST(FilterExamples, MeetWhatTheyAreFor) {
  std::map<std::string, int> met;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const FilterExample example(any_choices()(rc::Random(seed), size_max).value());
    const Outcome found = outcome(example);
    const std::string scope =
        example.scope == FilterScope::message_body ? " in a body" : " in attributes";
    ++met[(!found.is_policy ? "refused" : found.matches ? "matches" : "does not match") + scope];
  }

  EXPECT_LE(met["refused in a body"], 100);
  EXPECT_LE(met["refused in attributes"], 100);
  EXPECT_GE(met["matches in a body"], 50);
  EXPECT_GE(met["matches in attributes"], 50);
  EXPECT_GE(met["does not match in a body"], 50);
  EXPECT_GE(met["does not match in attributes"], 50);
}

}  // namespace
}  // namespace mailrail::sns
