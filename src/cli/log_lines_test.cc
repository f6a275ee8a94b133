#include "cli/log_lines.h"

#include <algorithm>
#include <memory>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

namespace mailrail::cli {
namespace {

TEST(LogLines, AreOneForEachMessageWhateverIsInIt) {
  std::ostringstream out;
  spdlog::logger logger("mailrail", std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
  logger.set_formatter(log_formatter());

  logger.warn("queue \"a\r\n[2026-01-01] [critical] forged\x1b[2J\x7f\xc2\x9b\" is ü");

  const std::string text = out.str();
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_THAT(text, ::testing::HasSubstr(
                        R"([mailrail] [warning] queue "a\u000d\u000a[2026-01-01] [critical] )"
                        R"(forged\u001b[2J\u007f\u009b" is ü)"));
}

}  // namespace
}  // namespace mailrail::cli
