#include "cli/server_use.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "cli/exit_codes.h"

namespace mailrail::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(ServerUse, IsReadFromMetrics) {
  const auto use = use_in(
      "# HELP mailrail_cpu_seconds_total x\nmailrail_memory_bytes{area=\"messages\"} 5\n"
      "mailrail_memory_bytes{area=\"resident\"} "
      "1.8e+07\nmailrail_cpu_seconds_total{thread=\"engine\"} 1.25\n"
      "mailrail_cpu_seconds_total{thread=\"http\"} 3");

  ASSERT_TRUE(use);
  EXPECT_THAT(use->cpu_seconds, ElementsAre(Pair("engine", 1.25), Pair("http", 3)));
  EXPECT_EQ(use->resident_bytes, 18'000'000U);
}

TEST(ServerUse, IsNotReadFromAnythingElse) {
  for (const auto* each : {"", "<html>", "process_cpu_seconds_total 5\n",
                           "mailrail_cpu_seconds_total{thread=\"x\"} y"})
    EXPECT_FALSE(use_in(each)) << each;
}

TEST(ServerUse, IsThatOfAProcess) {
  const auto use = process_use(getpid());

  ASSERT_TRUE(use);
  EXPECT_GT(use->resident_bytes, 1'000'000U);
}

TEST(ServerUse, NeedsAProcessThatIsThere) {
  const auto use = process_use(2'000'000'000);

  ASSERT_FALSE(use);
  EXPECT_EQ(use.error().kind, &errors::usage);
  EXPECT_THAT(use.error().message, HasSubstr("--pid 2000000000"));
}

}  // namespace
}  // namespace mailrail::cli
