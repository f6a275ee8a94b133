#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/check.h"
#include "bench/micro/case.h"
#include "sns/filter_policy.h"

namespace mailrail::bench {
namespace {

using sns::FilterScope;

constexpr std::string_view message =
    R"({"room": {"id": 42, "kind": "public"}, "author": "ann", "length": 17, "tags": ["a", "b"]})";
constexpr sns::EventAttribute attributes[] = {
    {.name = "channel", .data_type = "String", .value = "channel-7"},
    {.name = "length", .data_type = "Number", .value = "17"}};

std::vector<sns::FilterPolicy> policies(int count, FilterScope scope, const char* text) {
  std::vector<sns::FilterPolicy> policies;
  for (int i = 0; i < count; ++i) {
    auto policy = sns::parse_filter_policy(fmt::format(fmt::runtime(text), i % 100), scope);
    CHECK(policy.has_value());
    policies.push_back(*std::move(policy));
  }
  return policies;
}

// So many of a thousand subscriptions get it.
std::function<void()> matching(FilterScope scope, const char* text, int expected) {
  return [event = std::make_shared<sns::Event>(message, attributes),
          all = policies(1000, scope, text), expected] {
    int count = 0;
    for (const sns::FilterPolicy& each : all) count += sns::matches(each, *event) ? 1 : 0;
    CHECK(count == expected);
  };
}

}  // namespace

std::vector<Case> filter_cases() {
  return {
      {"filter/prepare_event",
       [] { return [] { benchmark::DoNotOptimize(sns::Event(message, attributes)); }; }},
      {"filter/parse_policy",
       [] {
         return [] {
           CHECK(sns::parse_filter_policy(
                     R"({"channel": ["a", {"prefix": "b"}], "length": [{"numeric": [">", 5]}]})",
                     FilterScope::message_attributes)
                     .has_value());
         };
       }},
      {"filter/match_1000_attributes",
       [] {
         return matching(FilterScope::message_attributes,
                         R"({{"channel": ["channel-{}"], "length": [{{"numeric": [">", 5]}}]}})",
                         10);
       }},
      {"filter/match_1000_bodies",
       [] { return matching(FilterScope::message_body, R"({{"room": {{"id": [{}]}}}})", 10); }},
  };
}

}  // namespace mailrail::bench
