// Bodies that are read back from the log: where they are, and where one is damaged.

#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "server/server_testing.h"

namespace mailrail::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// With so little memory hardly a frame is kept for receives.
TEST_F(ServerTest, ReadsBodiesBackFromTheKernelsMemoryAndFromTheDisk) {
  stop();
  start(Options{.http_threads = 1, .memory_bytes_max = 200'000});
  Client client = connect();
  call(client, "CreateQueue", R"({"QueueName": "q"})");
  const auto body = [](int number) {
    return std::to_string(number) + std::string(100'000, 'b') + std::to_string(number);
  };
  constexpr int messages = 100;  // More bytes than may be read back at once.
  for (int i = 0; i < messages; ++i) {
    const std::string input = R"({"QueueUrl": "q", "MessageBody": ")" + body(i) + "\"}";
    ASSERT_EQ(call(client, "SendMessage", input).status, 200);
  }

  for (int i = 0; i < messages; ++i) {
    if (i == messages / 2) forget_cached_files();
    EXPECT_THAT(call(client, "ReceiveMessage", R"({"QueueUrl": "q"})").body, HasSubstr(body(i)));
  }
}

// What is logged as long as it exists. To be read when the server's threads have ended.
class ServersLog {
 public:
  ServersLog() {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "captured", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_)));
  }
  ~ServersLog() { spdlog::set_default_logger(std::move(before_)); }
  ServersLog(const ServersLog&) = delete;
  ServersLog& operator=(const ServersLog&) = delete;

  std::string text() const { return lines_.str(); }

 private:
  std::ostringstream lines_;
  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

// A server whose bodies are in its files alone, where a byte of one may be changed.
class DamagedBody : public ServerTest {
 protected:
  void restart() {
    stop();
    start();
  }

  // Changes a byte of the message, or changes it back.
  void flip(const std::string& body) const {
    const std::string path = directory_ + "/segment-000000000000";
    std::ifstream whole(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(whole)), {});
    const std::size_t tail = bytes.find(body.substr(1));
    ASSERT_NE(tail, std::string::npos);
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(tail - 1));
    file.put(static_cast<char>(bytes[tail - 1] ^ 1));
    ASSERT_TRUE(file.flush());
  }

  static std::string receive(Client& client, const std::string& queue) {
    const Reply reply = call(
        client, "ReceiveMessage",
        R"({"QueueUrl": ")" + queue + R"(", "MaxNumberOfMessages": 10, "VisibilityTimeout": 0})");
    EXPECT_EQ(reply.status, 200);
    return reply.body;
  }

  // Appends that many megabytes to the log and leaves nothing in the queue.
  static void churn(Client& client, int megabytes) {
    const std::string send_one =
        R"({"QueueUrl": "q", "MessageBody": ")" + std::string(1'000'000, 'm') + "\"}";
    for (int i = 0; i < megabytes; ++i) {
      EXPECT_EQ(call(client, "SendMessage", send_one).status, 200);
      EXPECT_EQ(drain(client), 1);
    }
  }

  static void send_to_fifo(Client& client, const std::string& body, const std::string& group) {
    EXPECT_EQ(
        call(client, "SendMessage",
             R"({"QueueUrl": "q.fifo", "MessageBody": ")" + body + R"(", "MessageGroupId": ")" +
                 group + R"(", "MessageDeduplicationId": ")" + body + "\"}")
            .status,
        200);
  }
};

TEST_F(DamagedBody, OnAStandardQueueIsPassedOverAlsoAfterARestart) {
  Client before = connect();
  call(before, "CreateQueue", R"({"QueueName": "q"})");
  call(before, "SendMessage", R"({"QueueUrl": "q", "MessageBody": "unreadable"})");
  call(before, "SendMessage", R"({"QueueUrl": "q", "MessageBody": "kept"})");
  restart();
  flip("unreadable");

  Client client = connect();
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(receive(client, "q"), AllOf(HasSubstr("kept"), Not(HasSubstr("unreadable"))));
  }
  EXPECT_THAT(
      call(client, "GetQueueAttributes", R"({"QueueUrl": "q", "AttributeNames": ["All"]})").body,
      HasSubstr(R"("ApproximateNumberOfMessages":"1")"));

  flip("unreadable");  // A journal with damage is not opened again.
  restart();
  EXPECT_EQ(server_->started().messages, 2u);
  Client after = connect();
  EXPECT_THAT(receive(after, "q"), AllOf(HasSubstr("kept"), Not(HasSubstr("unreadable"))));
}

TEST_F(DamagedBody, OnAFifoQueueStopsItsConversationUntilItIsPurged) {
  Client before = connect();
  call(before, "CreateQueue", R"({"QueueName": "q.fifo", "Attributes": {"FifoQueue": "true"}})");
  for (const char* each : {"first", "unreadable", "third"}) send_to_fifo(before, each, "stopped");
  restart();
  flip("unreadable");

  Client client = connect();
  send_to_fifo(client, "other", "other");
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(receive(client, "q.fifo"),
                AllOf(HasSubstr("first"), HasSubstr("other"), Not(HasSubstr("unreadable")),
                      Not(HasSubstr("third"))));
  }
  call(client, "PurgeQueue", R"({"QueueUrl": "q.fifo"})");
  send_to_fifo(client, "fourth", "stopped");
  EXPECT_THAT(receive(client, "q.fifo"), HasSubstr("fourth"));
}

// Nobody receives it: it is found when it is to be moved out of the log's front.
TEST_F(DamagedBody, IsNamedInTheServersLogWhenTheLogIsCleaned) {
  const Options small{.http_threads = 1, .disk_bytes_max = std::uint64_t{256} << 20};
  stop();
  std::filesystem::remove_all(directory_);  // Segments keep the length that they were made with.
  start(small);
  Client before = connect();
  call(before, "CreateQueue", R"({"QueueName": "q"})");
  call(before, "CreateQueue", R"({"QueueName": "q.fifo", "Attributes": {"FifoQueue": "true"}})");
  for (const char* each : {"unreadable", "second"}) send_to_fifo(before, each, "stopped");
  churn(before, 20);  // More than a segment.
  stop();
  flip("unreadable");
  const ServersLog lines;
  start(small);

  Client client = connect();
  churn(client, 100);  // More than a round of housekeeping.
  EXPECT_THAT(receive(client, "q.fifo"), Not(HasSubstr("second")));
  stop();

  EXPECT_THAT(lines.text(),
              HasSubstr("damaged message: number 1 of queue us-east-1/000000000000/q.fifo, "));
  EXPECT_THAT(lines.text(), HasSubstr(" of " + directory_ +
                                      "/segment-000000000000, is given to "
                                      "nobody any more, because it cannot be read: "));
}

}  // namespace
}  // namespace mailrail::server
