#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "http/test_client.h"

namespace mailrail::http {
namespace {

using testing::Client;
using testing::post;
using testing::Reply;
using testing::TestServer;
using testing::Visit;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";

TEST(Shutdown, ClosesIdleConnectionsAndAnswersTheOthers) {
  TestServer server;
  Client idle = server.connect();
  Client waiting = server.connect();
  Client sending = server.connect();
  server.ask(idle, get, "");
  server.ask(sending, get, "");
  sending.send(post("whole").substr(0, 20));
  waiting.send(get);
  const Visit visit = server.next_visit();

  server.server().stop_accepting();
  EXPECT_TRUE(idle.is_at_end());
  EXPECT_FALSE(server.server().drain(0ms));
  EXPECT_TRUE(server.answer(visit.exchange, {.body = "empty"}));
  const Reply last = waiting.read_reply();

  EXPECT_EQ(last.body, "empty");
  EXPECT_TRUE(last.has("Connection: close"));
  EXPECT_TRUE(waiting.is_at_end());
}

TEST(Shutdown, LetsAHalfSentRequestFinish) {
  TestServer server;
  server.echo();
  Client sending = server.connect();
  Client idle = server.connect();
  idle.send(get);
  idle.read_reply();
  sending.send(
      "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  sending.read_reply(testing::Body::none);  // So the server has begun to receive it.

  server.server().stop_accepting();
  EXPECT_TRUE(idle.is_at_end());
  sending.send("body");

  EXPECT_TRUE(sending.read_reply().has("Connection: close"));
  EXPECT_TRUE(server.server().drain(10s));
}

TEST(Shutdown, MayComeBeforeTheStart) {
  class Nobody final : public Handler {
    void on_request(ExchangeId, Request) override {}
    void on_gone(ExchangeId) override {}
  } nobody;
  auto server = Server::open({.listeners = {{.port = 0}}}, nobody);
  ASSERT_TRUE(server.has_value());
  Client early((*server)->port());

  server->reset();

  EXPECT_TRUE(early.is_at_end());
}

TEST(Shutdown, RefusesNewConnections) {
  TestServer server;
  Client idle = server.connect();
  server.ask(idle, get, "");

  server.server().stop_accepting();
  EXPECT_TRUE(idle.is_at_end());

  EXPECT_FALSE(server.connect().is_connected());
}

TEST(Shutdown, DoesNotWaitForClientsThatHaveTheirLastReply) {
  TestServer server({.linger_time = 60s});
  Client client = server.connect();
  client.send(get);
  const Visit visit = server.next_visit();

  server.server().stop_accepting();
  server.answer(visit.exchange, {.body = "last"});

  EXPECT_TRUE(server.server().drain(10s));
  EXPECT_EQ(client.read_reply().body, "last");
}

TEST(Shutdown, DropsWhatIsLeftWhenTheServerGoes) {
  auto server = std::make_unique<TestServer>();
  Client client = server->connect();
  client.send(get);
  server->next_visit();

  server.reset();

  EXPECT_TRUE(client.is_at_end());
}

}  // namespace
}  // namespace mailrail::http
