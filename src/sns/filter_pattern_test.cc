// What matching costs: comparisons are counted, so that no message and no policy can make one
// message keep the engine busy for long.

#include "sns/filter_pattern.h"

#include <bit>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "sns/filter_limits.h"
#include "sns/filter_policy.h"

namespace mailrail::sns {
namespace {

constexpr std::size_t body_bytes = 240'000;

// `{"a":[...]}` with as many different elements as a message has room for.
std::string body_of(const std::function<std::string(int)>& element) {
  std::string body = "{\"a\":[" + element(0);
  for (int i = 1; body.size() < body_bytes; ++i) body += "," + element(i);
  return body + "]}";
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

FilterPolicy policy_of(const std::function<std::string(int)>& pattern) {
  std::string text = "{\"a\":[" + pattern(0);
  for (std::size_t i = 1; i < limits::filter_combinations_max; ++i)
    text += "," + pattern(static_cast<int>(i));
  return *parse_filter_policy(text + "]}", FilterScope::message_body);
}

struct Cost {
  std::size_t values = 0;
  std::size_t comparisons = 0;
  bool is_match = false;
};

Cost cost(const FilterPolicy& policy, const Event& event) {
  const FilterConditions::Key& key = policy.conditions.keys.front();
  ValueSearch search(*event.body()->at(key.path));
  const bool is_match = key.patterns.takes_any(search);
  EXPECT_EQ(is_match, matches(policy, event));
  return {
      .values = search.values().count(), .comparisons = search.comparisons(), .is_match = is_match};
}

// A binary search for each pattern.
std::size_t comparisons_max(std::size_t values) {
  return limits::filter_combinations_max * (std::bit_width(values) + 1);
}

// None matches, so that all of them are tried.
TEST(FilterCost, IsABinarySearchForEachPatternHoweverManyValuesThereAre) {
  const Event strings(body_of([](int i) { return quoted("x" + std::to_string(i)); }), {});
  const Event numbers(body_of([](int i) { return std::to_string(i); }), {});
  const Event addresses(body_of([](int i) {
                          return quoted("10." + std::to_string(i >> 16) + "." +
                                        std::to_string(i >> 8 & 255) + "." +
                                        std::to_string(i & 255));
                        }),
                        {});
  const auto number = [](int i) { return std::to_string(1'000'000 + i); };
  struct {
    const Event& event;
    std::function<std::string(int)> pattern;
  } const each_kind[] = {
      {strings, [](int i) { return quoted("y" + std::to_string(i)); }},
      {strings, [](int i) { return R"({"prefix":"x5y)" + std::to_string(i) + "\"}"; }},
      {strings, [](int i) { return R"({"suffix":"y)" + std::to_string(i) + "5\"}"; }},
      {strings, [](int i) { return R"({"equals-ignore-case":"X5Y)" + std::to_string(i) + "\"}"; }},
      {strings, [](int) { return R"({"anything-but":{"prefix":"x"}})"; }},
      {strings, [](int) { return R"({"cidr":"10.0.0.0/8"})"; }},
      {strings, [](int) { return R"({"exists":false})"; }},
      {numbers, number},
      {numbers,
       [](int i) {
         return R"({"numeric":[">",)" + std::to_string(i) + R"(.2,"<",)" + std::to_string(i) +
                ".8]}";
       }},
      {addresses, [](int i) { return R"({"cidr":"11.0.)" + std::to_string(i) + ".0/24\"}"; }}};
  for (const auto& [event, pattern] : each_kind) {
    const Cost found = cost(policy_of(pattern), event);

    EXPECT_FALSE(found.is_match) << pattern(0);
    EXPECT_GT(found.values, 10'000u) << pattern(0);
    EXPECT_LE(found.comparisons, comparisons_max(found.values)) << pattern(0);
  }
}

TEST(FilterCost, OfAnExclusionIsTwoWalksAlongItsListAtMost) {
  std::string list = "1";
  for (int i = 2; i <= 20'000; ++i) list += "," + std::to_string(i);
  const FilterPolicy policy =
      *parse_filter_policy(R"({"a":[{"anything-but":[)" + list + "]}]}", FilterScope::message_body);

  const Cost all_listed = cost(policy, Event("{\"a\":[" + list + "]}", {}));
  const Cost one_more = cost(policy, Event("{\"a\":[" + list + ",0]}", {}));

  EXPECT_FALSE(all_listed.is_match);
  EXPECT_LE(all_listed.comparisons, 2u * 20'000);
  EXPECT_TRUE(one_more.is_match);
  EXPECT_EQ(one_more.comparisons, 0u);
  EXPECT_LE(cost(policy, Event(R"({"a":[7,8,9]})", {})).comparisons, 3u * 17);
}

TEST(FilterCost, OfManyValuesInAPolicyIsThatOfFewInAMessage) {
  const FilterPolicy policy = policy_of([](int i) { return quoted("y" + std::to_string(i)); });

  const Cost found = cost(policy, Event(R"({"a":"x"})", {}));

  EXPECT_FALSE(found.is_match);
  EXPECT_LE(found.comparisons, 10u);
}

}  // namespace
}  // namespace mailrail::sns
