// What a server says of itself, to who asks and in its log.

#include <filesystem>
#include <memory>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "http/test_client.h"
#include "server/server.h"

namespace mailrail::server {
namespace {

using http::testing::Client;
using http::testing::Reply;
using ::testing::HasSubstr;
using ::testing::Not;

class SelfViewTest : public ::testing::Test {
 protected:
  SelfViewTest() {
    directory_ = std::filesystem::temp_directory_path() / "mailrail-self-view-XXXXXX";
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "captured", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_)));
    auto opened = Server::open({.port = 0, .data = directory_, .http_threads = 1});
    EXPECT_TRUE(opened.has_value());
    server_ = *std::move(opened);
  }
  ~SelfViewTest() override {
    server_.reset();
    spdlog::set_default_logger(std::move(logger_before_));
    std::filesystem::remove_all(directory_);
  }

  Reply call(const std::string& target, const std::string& input) const {
    Client client(server_->port());
    client.send("POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: " + target +
                "\r\nContent-Length: " + std::to_string(input.size()) + "\r\n\r\n" + input);
    return client.read_reply();
  }

  std::string directory_;
  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> logger_before_ = spdlog::default_logger();
  std::unique_ptr<Server> server_;
};

TEST_F(SelfViewTest, TellsWhoAsks) {
  const Reply reply = call("Mailrail.DescribeServer", "{}");

  EXPECT_EQ(reply.status, 200);
  for (const std::string& each :
       {std::string(R"("Version":")"),
        R"("Listen":"127.0.0.1:)" + std::to_string(server_->port()) + "\"",
        R"("DataDirectory":")" + directory_ + "\"", std::string(R"("FileSystem":")"),
        std::string(R"("Connections":{"Used":1,)"), std::string(R"("LastStop":"none")"),
        std::string(R"("Role":"owner")"),
        std::string(R"("Durability":"on disk (fdatasync) before every answer")"),
        std::string(R"("loopback-only":"true")")}) {
    EXPECT_THAT(reply.body, HasSubstr(each));
  }
  EXPECT_THAT(reply.body, Not(HasSubstr(R"("StartedTimestamp":0,)")));
}

TEST_F(SelfViewTest, LogsHowManyMessagesAFullQueueDropped) {
  call(
      "AmazonSQS.CreateQueue",
      R"({"QueueName": "q", "tags": {"mailrail:max-messages": "1", "mailrail:on-full": "drop-oldest"}})");
  for (int i = 0; i < 2; ++i)
    call("AmazonSQS.SendMessage", R"({"QueueUrl": "q", "MessageBody": "hello"})");

  server_.reset();  // Ends the threads that log.

  EXPECT_THAT(log_.str(), HasSubstr("the queue us-east-1/000000000000/q is full: its 1 oldest "
                                    "messages were dropped"));
}

}  // namespace
}  // namespace mailrail::server
