// Answers that have no end, as clients see them.

#include <atomic>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_client.h"
#include "http/tls_testing.h"

namespace mailrail::http {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Reply;
using testing::TestCertificate;
using testing::TestServer;
using testing::TlsClient;
using testing::Visit;
using Pushed = Server::Pushed;

constexpr std::string_view get = "GET /stream HTTP/1.1\r\nHost: here\r\n\r\n";

class StreamTest : public ::testing::Test {
 protected:
  // The exchange of a stream that has begun.
  ExchangeId begin(Client& client, const Permit* permit = nullptr) {
    client.send(get);
    const ExchangeId exchange = server_.next_visit().exchange;
    EXPECT_TRUE(server_.begin_stream(exchange, {.body = "begin\n"}, permit));
    return exchange;
  }

  TestServer server_{{.stream_bytes_max = 64 << 10}};
};

class Revocable final : public Permit {
 public:
  bool is_valid() const override { return is_granted; }
  std::atomic<bool> is_granted = true;
};

TEST_F(StreamTest, ArrivesPieceByPieceAndEndsWithItsConnection) {
  Client client = server_.connect();
  const ExchangeId exchange = begin(client);

  EXPECT_EQ(server_.push(exchange, "one\n"), Pushed::taken);
  EXPECT_EQ(server_.push(exchange, "two\n"), Pushed::taken);
  server_.end_stream(exchange);
  const std::string received = client.read_until_end();

  EXPECT_THAT(received, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(received, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(received, Not(HasSubstr("Content-Length")));
  EXPECT_TRUE(received.ends_with("\r\n\r\nbegin\none\ntwo\n"));
  EXPECT_EQ(server_.push(exchange, "three\n"), Pushed::gone);
}

TEST_F(StreamTest, RefusesPiecesThatASlowReaderLeavesAndKeepsTheOthersWhole) {
  Client slow(server_.port(), 4096);
  const ExchangeId exchange = begin(slow);
  const std::string piece = std::string(8191, 'x') + "\n";

  std::string taken = "begin\n";
  while (server_.push(exchange, piece) == Pushed::taken) taken += piece;
  EXPECT_EQ(server_.push(exchange, piece), Pushed::refused);
  slow.read_reply(testing::Body::none);

  EXPECT_EQ(slow.read_bytes(taken.size()), taken);
  EXPECT_EQ(server_.push(exchange, "after\n"), Pushed::taken);
  EXPECT_EQ(slow.read_bytes(6), "after\n");
}

TEST_F(StreamTest, TakesOnePieceHoweverLong) {
  Client slow(server_.port(), 4096);
  const ExchangeId exchange = begin(slow);
  const std::string piece(8 << 20, 'x');

  EXPECT_EQ(server_.push(exchange, piece), Pushed::taken);
  EXPECT_EQ(server_.push(exchange, "more"), Pushed::refused);
  server_.end_stream(exchange);

  EXPECT_TRUE(slow.read_until_end().ends_with("\r\n\r\nbegin\n" + piece));
}

TEST_F(StreamTest, TellsTheHandlerWhenItsClientHasGone) {
  Client client = server_.connect();
  const ExchangeId exchange = begin(client);

  client.reset();

  EXPECT_EQ(server_.next_gone(), exchange);
  EXPECT_EQ(server_.push(exchange, "late"), Pushed::gone);
}

TEST_F(StreamTest, LetsNothingLeaveWithoutItsPermit) {
  Revocable permit;
  Client client = server_.connect();
  const ExchangeId exchange = begin(client, &permit);

  permit.is_granted = false;

  EXPECT_EQ(server_.push(exchange, "secret"), Pushed::gone);
  EXPECT_THAT(client.read_until_end(), Not(HasSubstr("secret")));
  EXPECT_EQ(server_.next_gone(), exchange);
}

TEST_F(StreamTest, EndsWhenTheServerStops) {
  Client client = server_.connect();
  const ExchangeId exchange = begin(client);

  server_.server().stop_accepting();

  EXPECT_TRUE(client.read_until_end().ends_with("begin\n"));
  EXPECT_EQ(server_.next_gone(), exchange);
  EXPECT_TRUE(server_.server().drain(10s));
}

TEST(StoppingServer, BeginsNoStream) {
  TestServer server({.threads = 1});
  Client idle = server.connect();
  server.ask(idle, get, "");
  Client client = server.connect();
  client.send(get);
  const ExchangeId exchange = server.next_visit().exchange;
  server.server().stop_accepting();
  EXPECT_TRUE(idle.is_at_end());  // So the thread knows.

  EXPECT_FALSE(server.begin_stream(exchange, {.body = "begin\n"}));
  const Reply refused = client.read_reply();
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.has("Retry-After: 1"));
  EXPECT_EQ(refused.body, "This server is stopping. Try again soon.\n");
}

TEST_F(StreamTest, IsDroppedWithWhoeverServedIt) {
  Client client = server_.connect();
  const ExchangeId exchange = begin(client);

  server_.server().drop_unanswered(exchange.thread, {});

  EXPECT_TRUE(client.read_until_end().ends_with("begin\n"));
  EXPECT_EQ(server_.push(exchange, "late"), Pushed::gone);
}

TEST(EncryptedStream, ArrivesWholeAtASlowReader) {
  const TestCertificate certificate("stream");
  const auto tls = Tls::open(certificate.files()).value();
  TestServer server({.tls = tls.get(), .stream_bytes_max = 4 << 20});
  TlsClient client(server.port(), {.receive_buffer = 4096});
  client.send(std::string(get));
  const ExchangeId exchange = server.next_visit().exchange;
  ASSERT_TRUE(server.begin_stream(exchange, {.body = "begin\n"}));

  std::string sent = "begin\n";
  for (int i = 0; i < 100; ++i) {
    const std::string piece(20'000, static_cast<char>('a' + i % 26));
    ASSERT_EQ(server.push(exchange, piece), Pushed::taken);
    sent += piece;
  }
  server.end_stream(exchange);
  const std::string received = client.read_until_end();

  EXPECT_TRUE(received.ends_with("\r\n\r\n" + sent));
}

}  // namespace
}  // namespace mailrail::http
