#include "cli/option_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/exit_codes.h"

namespace mailrail::cli {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::Pair;

template <class Value>
std::string refusal(const Result<Value>& result) {
  if (result) return "nothing was wrong";
  EXPECT_EQ(result.error().kind, &errors::usage);
  return result.error().message;
}

TEST(OptionValues, DurationsAreWholeSecondsForAws) {
  EXPECT_EQ(seconds_of("--delay", "2m"s), 120);
  EXPECT_EQ(*seconds_of("--delay", std::optional<std::string>()), std::nullopt);
  EXPECT_EQ(refusal(seconds_of("--delay", "500ms"s)),
            "--delay 500ms: it must be a number of whole seconds, like 30s or 2m.");
  EXPECT_EQ(refusal(seconds_of("--delay", "5"s)),
            "--delay 5: it must be a duration, like 30s or 2m.");
  EXPECT_EQ(refusal(seconds_of("--delay", "100000d"s)),
            "--delay 100000d: it must be a number of whole seconds, like 30s or 2m.");
}

TEST(OptionValues, RatesAreMessagesASecond) {
  EXPECT_EQ(rate_of("--rate", "50/s"s), 50);
  EXPECT_EQ(rate_of("--rate", "50"s), 50);
  for (const std::string& text : {""s, "0"s, "-1/s"s, "5/m"s, "/s"s, "x"s}) {
    EXPECT_THAT(refusal(rate_of("--rate", text)), testing::HasSubstr("like 50/s")) << text;
  }
}

TEST(OptionValues, PairsHaveNames) {
  EXPECT_THAT(*pairs_of("--tag", {"a=b=c", "d="}), ElementsAre(Pair("a", "b=c"), Pair("d", "")));
  EXPECT_EQ(refusal(pairs_of("--tag", {"=b"})), "--tag =b: it must be NAME=VALUE.");
  EXPECT_EQ(refusal(pairs_of("--tag", {"b"})), "--tag b: it must be NAME=VALUE.");
}

}  // namespace
}  // namespace mailrail::cli
