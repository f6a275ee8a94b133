#include "server/server.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "server/server_testing.h"

namespace mailrail::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

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

TEST_F(ServerTest, DigestsTheBodiesOfManyConnections) {
  Client first = connect();
  call(first, "CreateQueue", R"({"QueueName": "q"})");
  constexpr int count = 80;  // More than are submitted together.
  const auto body_of = [](int i) { return std::string(static_cast<std::size_t>(i) * 9 + 1, 'x'); };
  std::vector<Client> clients;
  for (int i = 0; i < count; ++i) clients.push_back(connect());
  for (int i = 0; i < count; ++i)
    send(clients[i], "SendMessage", R"({"QueueUrl": "q", "MessageBody": ")" + body_of(i) + "\"}");
  for (int i = 0; i < count; ++i)
    EXPECT_THAT(clients[i].read_reply().body, HasSubstr(hex(md5(body_of(i))))) << i;

  for (int received = 0; received < count; ++received) {
    const std::string reply = call(first, "ReceiveMessage", R"({"QueueUrl": "q"})").body;
    const std::string body = reply.substr(reply.find("\"Body\":\"") + 8);
    EXPECT_THAT(reply, HasSubstr(hex(md5(body.substr(0, body.find('"'))))));
  }
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
