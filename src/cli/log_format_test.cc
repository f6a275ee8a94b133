#include "cli/log_format.h"

#include <memory>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "base/log_fields.h"

namespace mailrail::cli {
namespace {

using testing::MatchesRegex;

std::string logged(LogFormat format, const std::string& message) {
  std::ostringstream out;
  spdlog::logger logger("test", std::make_shared<spdlog::sinks::ostream_sink_st>(out));
  logger.set_formatter(formatter_of(format));
  logger.warn("{}", message);
  return std::move(out).str();
}

const std::string call =
    with_fields("call", {{"queue", "orders"}, {"dur_ms", "1.250", LogField::Kind::number}});

TEST(LogFormat, WritesAnObjectALine) {
  EXPECT_THAT(logged(LogFormat::json, call),
              MatchesRegex(R"(\{"ts":"[0-9]+-[0-9]+-[0-9]+T[0-9:.]+Z","level":"warning",)"
                           R"("msg":"call","queue":"orders","dur_ms":1.250\}.)"));
}

TEST(LogFormat, WritesASentenceForAPerson) {
  EXPECT_THAT(logged(LogFormat::text, call),
              MatchesRegex(
                  R"([0-9]+-[0-9]+-[0-9]+T[0-9:.]+Z \[warning\] call queue=orders dur_ms=1.250.)"));
}

TEST(LogFormat, LetsNoMessageEndItsLineOrMoveTheCursor) {
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    const std::string line = logged(format, "a\nb\x1b[2J\r\x9b\xe2\x80\xa8{\"level\":\"info\"}");
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
    EXPECT_EQ(line.find('\r'), std::string::npos);
    EXPECT_EQ(line.find("\xe2\x80\xa8"), std::string::npos);
  }
  EXPECT_THAT(logged(LogFormat::json, "say \"hi\"\n"),
              testing::HasSubstr(R"("msg":"say \"hi\"\\u000a"})"));
}

TEST(LogFormat, IsTextOrJsonAndNothingElse) {
  EXPECT_EQ(*log_format_of({.format = "json"}), LogFormat::json);
  EXPECT_EQ(*log_format_of({.format = "text"}), LogFormat::text);
  const auto refused = log_format_of({.format = "xml"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message, "--log-format must be text or json, not \"xml\".");
}

}  // namespace
}  // namespace mailrail::cli
