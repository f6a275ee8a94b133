#include "server/server.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "http/test_client.h"

namespace mailrail::server {
namespace {

using http::testing::Client;
using http::testing::Reply;
using ::testing::AllOf;
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
  void start(std::uint32_t http_threads = 1) { start(Options{.http_threads = http_threads}); }
  void start(Options options) {
    options.port = 0;
    options.data = directory_;
    auto opened = Server::open(options);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
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

  // Receives and deletes one message at a time, and says how many there were.
  static int drain(Client& client) {
    constexpr std::string_view before = "\"ReceiptHandle\":\"";
    for (int drained = 0;; ++drained) {
      const std::string body = call(client, "ReceiveMessage", R"({"QueueUrl": "q"})").body;
      const std::size_t begin = body.find(before);
      if (begin == std::string::npos) return drained;
      std::string handle = body.substr(begin + before.size());
      handle.resize(handle.find('"'));
      EXPECT_EQ(
          call(client, "DeleteMessage", R"({"QueueUrl": "q", "ReceiptHandle": ")" + handle + "\"}")
              .status,
          200);
    }
  }

  std::uint64_t files_in_directory() const {
    std::uint64_t bytes = 0;
    for (const auto& each : std::filesystem::directory_iterator(directory_)) {
      std::error_code gone;
      const std::uint64_t size = each.file_size(gone);
      if (!gone) bytes += size;
    }
    return bytes;
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

// As tools look for it, with the space.
TEST_F(ServerTest, NamesTheServicesThatRun) {
  Client client = connect();
  client.send("GET /_localstack/health HTTP/1.1\r\nHost: h\r\n\r\n");

  const Reply reply = client.read_reply();

  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body,
              AllOf(HasSubstr(R"("sqs": "running")"), HasSubstr(R"("sns": "running")")));
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

TEST_F(ServerTest, RefusesATakenPortBeforeItTouchesTheLog) {
  const std::string other = directory_ + "/other";
  const auto refused = Server::open({.port = server_->port(), .data = other});

  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("another process has this port"));
  std::vector<std::string> names;
  for (const auto& each : std::filesystem::directory_iterator(other))
    names.push_back(each.path().filename());
  EXPECT_EQ(names, std::vector<std::string>{"LOCK"});
  EXPECT_TRUE(Server::open({.port = 0, .data = other}).has_value());
}

TEST_F(ServerTest, TellsItsLimits) {
  EXPECT_GE(server_->started().limits.memory_bytes_max, memory_bytes_min);
  EXPECT_LE(server_->started().limits.memory_bytes_max, std::uint64_t{1} << 30);
  const std::uint64_t volume = std::filesystem::space(directory_).capacity;
  EXPECT_GE(server_->started().limits.disk_bytes_max, disk_bytes_min);
  EXPECT_LE(server_->started().limits.disk_bytes_max, volume / 100 * 80);
}

TEST_F(ServerTest, IsFullAtItsMemoryLimitAndCanBeDrained) {
  stop();
  start(Options{.http_threads = 1, .memory_bytes_max = 150'000});
  Client client = connect();
  call(client, "CreateQueue", R"({"QueueName": "q"})");
  const std::string send_one = R"({"QueueUrl": "q", "MessageBody": "m"})";
  int sent = 0;
  Reply reply = call(client, "SendMessage", send_one);
  for (; reply.status == 200; ++sent) reply = call(client, "SendMessage", send_one);

  EXPECT_GT(sent, 500);
  EXPECT_EQ(reply.status, 503);
  EXPECT_TRUE(reply.has("Retry-After: 1"));
  EXPECT_TRUE(reply.has("x-amzn-query-error: ServiceUnavailable;Receiver"));
  EXPECT_THAT(reply.body, HasSubstr("#ServiceUnavailable"));
  EXPECT_THAT(reply.body, HasSubstr("--memory-limit"));

  EXPECT_EQ(drain(client), sent);
  EXPECT_EQ(call(client, "SendMessage", send_one).status, 200);
}

TEST_F(ServerTest, IsFullAtItsDiskLimitAndCanBeDrained) {
  constexpr std::uint64_t limit = std::uint64_t{256} << 20;
  stop();
  std::filesystem::remove_all(directory_);  // Segments keep the length that they were made with.
  start(Options{.http_threads = 1, .disk_bytes_max = limit});
  Client client = connect();
  call(client, "CreateQueue", R"({"QueueName": "q"})");
  const std::string send_one =
      R"({"QueueUrl": "q", "MessageBody": ")" + std::string(1'000'000, 'm') + "\"}";
  int sent = 0;
  Reply reply = call(client, "SendMessage", send_one);
  for (; reply.status == 200; ++sent) {
    reply = call(client, "SendMessage", send_one);
    ASSERT_LE(files_in_directory(), limit + (1 << 20));
  }

  EXPECT_GT(sent, 50);
  EXPECT_EQ(reply.status, 503);
  EXPECT_TRUE(reply.has("Retry-After: 1"));
  EXPECT_THAT(reply.body, HasSubstr("--disk-limit"));

  EXPECT_EQ(drain(client), sent);
  EXPECT_LE(files_in_directory(), limit + (1 << 20));
  // The log may just be being trimmed; clients try again.
  for (int i = 0; i < 10'000 && reply.status == 503; ++i)
    reply = call(client, "SendMessage", send_one);
  EXPECT_EQ(reply.status, 200);
}

TEST_F(ServerTest, RefusesToListenBeyondLoopback) {
  const auto open = Server::open({.host = "0.0.0.0", .port = 0, .data = directory_ + "/other"});

  ASSERT_FALSE(open.has_value());
  EXPECT_THAT(open.error().message, HasSubstr("mailrail does not listen on 0.0.0.0 without keys"));
}

http::Request own_request(std::string_view action, std::string body) {
  http::Request request{.method = "POST", .target = "/", .headers = {}, .body = std::move(body)};
  request.headers.add("Host", "here");
  request.headers.add("Content-Type", "application/x-amz-json-1.0");
  request.headers.add("X-Amz-Target", "AmazonSQS." + std::string(action));
  return request;
}

TEST_F(ServerTest, IsPreparedByItsProcessWithoutAKeyBeforeOthersAreLetIn) {
  stop();
  int status_while_preparing = 0;
  start(Options{.given_keys = {auth::Key{.secret = std::string(40, 's'),
                                         .grant = std::make_shared<const auth::Grant>(
                                             auth::Grant{.key_id = "AKIDAPP1234567890"})}},
                .prepare = [&](const Ask& ask) -> Result<void> {
                  status_while_preparing =
                      ask(own_request("CreateQueue", R"({"QueueName": "q"})")).status;
                  return {};
                }});

  Client client = connect();
  const Reply reply = call(client, "GetQueueUrl", R"({"QueueName": "q"})");

  EXPECT_EQ(status_while_preparing, 200);
  EXPECT_NE(reply.status, 200) << "others need a key";
  EXPECT_THAT(reply.body, HasSubstr("AccessDenied"));
  stop();
  start();
  Client anybody = connect();
  EXPECT_EQ(call(anybody, "GetQueueUrl", R"({"QueueName": "q"})").status, 200);
}

TEST_F(ServerTest, DoesNotOpenIfItCannotBePrepared) {
  stop();

  const auto open =
      Server::open({.port = 0, .data = directory_, .prepare = [](const Ask&) -> Result<void> {
                      return fail(errors::unusable, "There is no such file.");
                    }});

  ASSERT_FALSE(open.has_value());
  EXPECT_EQ(open.error().message, "There is no such file.");
  start();
}

// The end that a clean stop recorded is what any later damage is known by.
TEST_F(ServerTest, LeavesADirectoryThatItRefusesAsCleanAsItWas) {
  {
    Client client = connect();
    ASSERT_EQ(call(client, "CreateQueue", R"({"QueueName": "q"})").status, 200);
  }
  stop();
  constexpr std::streamoff in_first_part = 4096 + 100;
  std::fstream checkpoint(directory_ + "/checkpoint-000000000000",
                          std::ios::in | std::ios::out | std::ios::binary);
  checkpoint.seekp(in_first_part);
  checkpoint.put('!');
  checkpoint.close();

  for (int start = 0; start < 2; ++start) {
    const auto refused = Server::open({.port = 0, .data = directory_});
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message, HasSubstr("checkpoint-000000000000"));
    constexpr std::streamoff state_at = 12;
    std::ifstream journal(directory_ + "/JOURNAL", std::ios::binary);
    journal.seekg(state_at);
    EXPECT_EQ(journal.get(), 2) << "closed";
  }
}

}  // namespace
}  // namespace mailrail::server
