#include "cli/console_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

using ::testing::HasSubstr;

TEST(ConsoleOptions, LetKeysDoWhatTheyMayUnlessSaid) {
  const server::Options options = *with_console({}, {});

  EXPECT_EQ(options.console.extent, auth::Extent::everything);
  EXPECT_EQ(options.console.payloads, auth::Payloads::shown);
  EXPECT_EQ(options.console.ui_directory, "");
}

TEST(ConsoleOptions, NarrowWhatTheConsoleLetsKeysDo) {
  const server::Options options = *with_console({}, {.is_read_only = true, .hides_payloads = true});

  EXPECT_EQ(options.console.extent, auth::Extent::looking);
  EXPECT_EQ(options.console.payloads, auth::Payloads::hidden);
}

TEST(ConsoleOptions, RefuseADirectoryWithoutPages) {
  const auto options = with_console({}, {.ui_directory = "/nowhere"});

  ASSERT_FALSE(options.has_value());
  EXPECT_THAT(options.error().message, HasSubstr("there is no /nowhere/index.html"));
}

}  // namespace
}  // namespace mailrail::cli
