#include "server/server.h"

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "http/test_client.h"

namespace mailrail::server {
namespace {

using http::testing::Client;
using http::testing::Reply;
using ::testing::HasSubstr;
using ::testing::Not;

// The threads of a whole server over a directory of its own; what they do is judged by other tests.
class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    directory_ = std::filesystem::temp_directory_path() / "mailrail-server-test-XXXXXX";
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
    start();
  }
  ~ServerTest() override {
    server_.reset();
    std::filesystem::remove_all(directory_);
  }

  // With one HTTP thread calls are taken in the order in which they were sent.
  void start(std::uint32_t http_threads = 1) {
    auto opened = Server::open({.port = 0, .data = directory_, .http_threads = http_threads});
    ASSERT_TRUE(opened.has_value());
    server_ = *std::move(opened);
  }

  void stop() {
    server_->begin_stop();
    EXPECT_TRUE(server_->is_drained(std::chrono::seconds(10)));
    EXPECT_TRUE(server_->finish_stop().has_value());
    server_.reset();
  }

  Client connect() const { return Client(server_->port()); }

  static void send(Client& client, const std::string& action, const std::string& input) {
    client.send("POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: AmazonSQS." + action +
                "\r\nContent-Length: " + std::to_string(input.size()) + "\r\n\r\n" + input);
  }
  static Reply call(Client& client, const std::string& action, const std::string& input) {
    send(client, action, input);
    return client.read_reply();
  }

  std::string directory_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersManyConnectionsAtOnce) {
  stop();
  start(2);
  Client first = connect();
  ASSERT_EQ(call(first, "CreateQueue", R"({"QueueName": "q"})").status, 200);
  constexpr int clients = 8;
  constexpr int messages = 50;

  std::vector<std::thread> senders;
  for (int i = 0; i < clients; ++i) {
    senders.emplace_back([this] {
      Client client = connect();
      for (int j = 0; j < messages; ++j) {
        EXPECT_EQ(
            call(client, "SendMessage", R"({"QueueUrl": "q", "MessageBody": "hello"})").status,
            200);
        EXPECT_THAT(
            call(client, "ReceiveMessage", R"({"QueueUrl": "q", "WaitTimeSeconds": 5})").body,
            HasSubstr("hello"));
      }
    });
  }
  for (std::thread& each : senders) each.join();

  EXPECT_THAT(call(first, "ReceiveMessage", R"({"QueueUrl": "q"})").body, Not(HasSubstr("hello")));
}

TEST_F(ServerTest, KeepsWhatItAcknowledgedAcrossRestarts) {
  Client before = connect();
  call(before, "CreateQueue", R"({"QueueName": "q"})");
  ASSERT_EQ(call(before, "SendMessage", R"({"QueueUrl": "q", "MessageBody": "kept"})").status, 200);
  stop();
  start();

  EXPECT_EQ(server_->started().messages, 1u);
  EXPECT_EQ(server_->started().recovered.last_stop, log::LastStop::clean);
  Client after = connect();
  EXPECT_THAT(call(after, "ReceiveMessage", R"({"QueueUrl": "q"})").body, HasSubstr("kept"));
}

TEST_F(ServerTest, AnswersOpenLongPollsWhenItStops) {
  Client client = connect();
  call(client, "CreateQueue", R"({"QueueName": "q"})");
  send(client, "ReceiveMessage", R"({"QueueUrl": "q", "WaitTimeSeconds": 20})");
  Client witness = connect();  // Answered after the poll was asked.
  call(witness, "ListQueues", "{}");
  stop();

  EXPECT_EQ(client.read_reply().status, 200);
}

TEST_F(ServerTest, GivesALeaseBackWhoseConsumerIsGone) {
  Client first = connect();
  call(first, "CreateQueue", R"({"QueueName": "q.fifo", "Attributes": {"FifoQueue": "true"}})");
  {
    Client gone = connect();
    send(gone, "ReceiveMessage", R"({"QueueUrl": "q.fifo", "WaitTimeSeconds": 20})");
    gone.reset();
  }
  call(
      first, "SendMessage",
      R"({"QueueUrl": "q.fifo", "MessageBody": "m", "MessageGroupId": "g", "MessageDeduplicationId": "d"})");

  EXPECT_THAT(
      call(first, "ReceiveMessage", R"({"QueueUrl": "q.fifo", "WaitTimeSeconds": 20})").body,
      HasSubstr("\"Body\":\"m\""));
}

TEST_F(ServerTest, CanBeDestroyedWithoutStoppingWhileAPollIsOpen) {
  Client client = connect();
  call(client, "CreateQueue", R"({"QueueName": "q"})");
  send(client, "ReceiveMessage", R"({"QueueUrl": "q", "WaitTimeSeconds": 20})");
  Client witness = connect();
  call(witness, "ListQueues", "{}");
  server_.reset();

  client.read_until_end();
  EXPECT_TRUE(client.is_at_end());
}

TEST_F(ServerTest, RefusesASecondServerOnTheSameDirectory) {
  const auto second = Server::open({.port = 0, .data = directory_});

  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, HasSubstr(directory_));
}

TEST_F(ServerTest, RefusesToListenBeyondLoopback) {
  const auto open = Server::open({.host = "0.0.0.0", .port = 0, .data = directory_ + "/other"});

  ASSERT_FALSE(open.has_value());
  EXPECT_THAT(open.error().message, HasSubstr("loopback"));
}

}  // namespace
}  // namespace mailrail::server
