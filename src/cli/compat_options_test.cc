#include "cli/compat_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

using testing::HasSubstr;

server::Options options_with(const CompatOptions& given) {
  const auto options = with_compat({}, given);
  EXPECT_TRUE(options.has_value());
  return options.value_or(server::Options{});
}

void expect_refusal(const CompatOptions& given, std::string_view sentence) {
  const auto options = with_compat({}, given);
  ASSERT_FALSE(options.has_value());
  EXPECT_THAT(options.error().message, HasSubstr(sentence));
}

TEST(CompatOptions, ListenOnThePortOfTheToolToo) {
  const auto second_port = [](std::string tool, std::uint16_t port) {
    const auto options = with_compat({.port = port}, {.tool = std::move(tool)});
    return options->edge.listeners.empty() ? 0 : options->edge.listeners.at(0).port;
  };

  EXPECT_EQ(second_port("localstack", 4566), 0);
  EXPECT_EQ(second_port("localstack", 9324), 4566);
  EXPECT_EQ(second_port("elasticmq", 4566), 9324);
  EXPECT_EQ(second_port("moto", 4566), 5000);
}

TEST(CompatOptions, SettleAccountRegionAndQueueUrls) {
  const server::Options moto = options_with({.tool = "moto"});
  const server::Options said = options_with(
      {.tool = "moto", .account = "111122223333", .region = "eu-west-1", .url_style = "standard"});

  EXPECT_EQ(moto.customs.home.account, "123456789012");
  EXPECT_EQ(moto.customs.queue_urls, api::QueueUrlStyle::host);
  EXPECT_EQ(said.customs.home.account, "111122223333");
  EXPECT_EQ(said.customs.home.region, "eu-west-1");
  EXPECT_EQ(said.customs.queue_urls, api::QueueUrlStyle::standard);
}

TEST(CompatOptions, AreToldWhatWouldBeRight) {
  expect_refusal({.tool = "smoothmq"}, "localstack, elasticmq or moto, not \"smoothmq\"");
  expect_refusal({.account = "12345"}, "12 digits, not \"12345\"");
  expect_refusal({.region = "US East"}, "like us-east-1, not \"US East\"");
  expect_refusal({.url_style = "domain"}, "host, path or standard, not \"domain\"");
}

TEST(CompatOptions, SayThatTheServerIsReadyInTheWordsOfTheTool) {
  EXPECT_EQ(ready_line({}, "127.0.0.1", 4566), "");
  EXPECT_EQ(ready_line({.tool = "localstack"}, "127.0.0.1", 4566), "Ready.\n");
  EXPECT_EQ(ready_line({.tool = "elasticmq"}, "127.0.0.1", 9324),
            "Started SQS rest server, bind address 127.0.0.1:9324, visible server address "
            "http://127.0.0.1:9324\n");
  EXPECT_EQ(ready_line({.tool = "moto"}, "::1", 5000), " * Running on http://[::1]:5000\n");
}

}  // namespace
}  // namespace mailrail::cli
