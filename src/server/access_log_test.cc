#include "server/access_log.h"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "base/log_fields.h"

namespace mailrail::server {
namespace {

using namespace std::chrono_literals;

class AccessLogTest : public testing::Test {
 protected:
  AccessLogTest() {
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_st>(out_));
    logger->set_pattern("%l %v");
    spdlog::set_default_logger(logger);
  }
  ~AccessLogTest() override { spdlog::set_default_logger(before_); }

  static Answered success() {
    return {.about = {.service = "sqs", .action = "SendMessage"},
            .status = 200,
            .request_id = "id",
            .target = "orders",
            .took = 1500us};
  }
  static Answered failure() {
    Answered answered = success();
    answered.about.code = "InvalidParameterValue";
    answered.status = 400;
    return answered;
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    std::istringstream in(out_.str());
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

 private:
  std::ostringstream out_;
  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

TEST_F(AccessLogTest, TellsACallByItsFields) {
  AccessLog(AccessLogging::all).tell(failure());

  ASSERT_EQ(lines().size(), 1u);
  const std::string line = lines()[0];
  EXPECT_TRUE(line.starts_with("warning call"));
  std::string told;
  for (const LogField& each : split_fields(line).fields)
    told += std::string(each.name) + "=" + std::string(each.value) + " ";
  EXPECT_EQ(told,
            "service=sqs action=SendMessage queue=orders code=InvalidParameterValue "
            "dur_ms=1.500 request_id=id ");
}

TEST_F(AccessLogTest, TellsErrorsAloneWhereThatIsAsked) {
  AccessLog log(AccessLogging::errors);
  log.tell(success());
  log.tell(failure());

  EXPECT_EQ(lines().size(), 1u);
}

TEST_F(AccessLogTest, TellsNothingWhereItIsOff) {
  AccessLog(AccessLogging::off).tell(failure());

  EXPECT_TRUE(lines().empty());
}

TEST_F(AccessLogTest, TellsOneSuccessInAHundredWhereItSamples) {
  AccessLog log(AccessLogging::sampled);
  for (int i = 0; i < 250; ++i) log.tell(success());
  EXPECT_EQ(lines().size(), 3u);
  log.tell(failure());
  EXPECT_EQ(lines().size(), 4u);
}

// However many seconds this takes, there are no more lines than for each.
TEST_F(AccessLogTest, TellsABoundedNumberASecond) {
  AccessLog log(AccessLogging::all);
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint32_t i = 0; i < 50 * AccessLog::lines_a_second_max; ++i) log.tell(success());
  const auto seconds = 1 + (std::chrono::steady_clock::now() - begin) / 1s;

  EXPECT_GE(lines().size(), AccessLog::lines_a_second_max);
  EXPECT_LE(lines().size(), static_cast<std::size_t>(seconds + 1) * AccessLog::lines_a_second_max);
}

}  // namespace
}  // namespace mailrail::server
