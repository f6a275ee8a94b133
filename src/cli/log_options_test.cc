#include "cli/log_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string refusal(const LogOptions& given) {
  const auto refused = with_log({}, given);
  EXPECT_FALSE(refused);
  return refused ? "" : refused.error().message;
}

TEST(LogOptions, LeaveTheLogInTheDirectoryUnlessTold) {
  const auto options = with_log({}, {});

  ASSERT_TRUE(options);
  EXPECT_FALSE(options->shared_log);
}

TEST(LogOptions, NameTheDatabaseAndTheLogInIt) {
  const auto options = with_log(
      {},
      {.url = "postgres://me@db.example:5433/app", .name = "orders", .advertise = "10.0.0.7:4566"});

  ASSERT_TRUE(options) << options.error().message;
  EXPECT_THAT(options->shared_log->name, HasSubstr("orders in postgres://db.example:5433/app"));
  EXPECT_EQ(options->shared_log->advertised, "10.0.0.7:4566");
}

TEST(LogOptions, TakeNoPassword) {
  const std::string sentence = refusal({.url = "postgres://me:secret@db/app"});

  EXPECT_THAT(sentence, HasSubstr("PGPASSFILE"));
  EXPECT_THAT(sentence, HasSubstr("--log-password-file"));
  EXPECT_THAT(sentence, Not(HasSubstr("secret")));
  EXPECT_THAT(refusal({.url = "postgres://db/app?password=secret"}), HasSubstr("PGPASSFILE"));
}

TEST(LogOptions, AdvertiseAnIpv6AddressInBrackets) {
  const auto options = with_log({}, {.url = "postgres://db/app", .advertise = "[fd00::7]:4566"});

  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->shared_log->advertised, "[fd00::7]:4566");
}

TEST(LogOptions, AreRefusedWhereTheyMeanNothing) {
  EXPECT_THAT(refusal({.name = "orders"}), HasSubstr("--log-name goes with --log"));
  EXPECT_THAT(refusal({.advertise = "h:1"}), HasSubstr("--advertise goes with --log"));
  EXPECT_THAT(refusal({.url = "postgres://db/app", .name = "Orders"}), HasSubstr("Orders"));
  for (const char* each :
       {"10.0.0.7", "10.0.0.7:0", ":4566", "h:port", "[]:4566", "http://10.0.0.7:4566",
        "10.0.0.7:4566/", "fd00::7:4566", "me@h:4566", "h h:4566"}) {
    EXPECT_THAT(refusal({.url = "postgres://db/app", .advertise = each}),
                HasSubstr("--advertise must be HOST:PORT"));
  }
}

}  // namespace
}  // namespace mailrail::cli
