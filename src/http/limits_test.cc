#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http/test_client.h"

namespace mailrail::http {
namespace {

using testing::Client;
using testing::post;
using testing::Reply;
using testing::TestServer;
using testing::Visit;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";

void expect_refused(Client& client, int status) {
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, status);
  EXPECT_TRUE(reply.has("Connection: close"));
  EXPECT_TRUE(client.is_at_end());
}

TEST(Limits, RefuseALongHeaderWith431) {
  TestServer server;
  Client client = server.connect();

  client.send("GET / HTTP/1.1\r\nHost: here\r\nA: " + std::string(17'000, 'x') + "\r\n\r\n");

  expect_refused(client, 431);
}

TEST(Limits, RefuseALongBodyWith413ThoughTheClientKeepsSending) {
  TestServer server({.limits = {.body_bytes_max = 1000}});
  Client client = server.connect();

  client.send(post(std::string(1'000'000, 'x')));

  expect_refused(client, 413);
}

TEST(Limits, RefuseMalformedRequestsWith400) {
  TestServer server;
  Client client = server.connect();

  client.send("this is not HTTP\r\n\r\n");

  expect_refused(client, 400);
}

TEST(Limits, AnswerWhatCameBeforeTheMalformedRequest) {
  TestServer server;
  Client client = server.connect();

  client.send(std::string(get) + "nonsense\r\n\r\n");
  server.answer(server.next_visit().exchange, {.body = "first"});

  EXPECT_EQ(client.read_reply().body, "first");
  expect_refused(client, 400);
}

TEST(Limits, CloseAnIdleConnectionSilently) {
  TestServer server({.idle_time = 20ms});
  Client fresh = server.connect();
  Client used = server.connect();

  EXPECT_EQ(server.ask(used, get, "answer").body, "answer");

  EXPECT_TRUE(used.is_at_end());
  EXPECT_TRUE(fresh.is_at_end());
}

TEST(Limits, GiveUpOnASlowSenderWith408) {
  TestServer server({.receive_time = 20ms});
  Client in_header = server.connect();
  Client in_body = server.connect();

  in_header.send("GET / HT");
  in_body.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\n12345");

  expect_refused(in_header, 408);
  expect_refused(in_body, 408);
}

TEST(Limits, LetAHandlerTakeAsLongAsItLikes) {
  TestServer server(
      {.idle_time = 20ms, .receive_time = 20ms, .send_time = 20ms, .linger_time = 20ms});
  Client waiting = server.connect();
  waiting.send(get);
  const Visit visit = server.next_visit();

  EXPECT_TRUE(server.connect().is_at_end());  // Another connection's whole idle time goes by.
  EXPECT_TRUE(server.answer(visit.exchange, {.body = "late"}));

  EXPECT_EQ(waiting.read_reply().body, "late");
}

TEST(Limits, DropAClientThatDoesNotTakeItsReply) {
  TestServer server({.send_time = 20ms});
  Client client(server.port(), 4096);
  client.send(get);
  server.answer(server.next_visit().exchange, {.body = std::string(20'000'000, 'x')});

  server.server().stop_accepting();
  EXPECT_TRUE(server.server().drain(10s));

  EXPECT_LT(client.read_until_end().size(), 20'000'000u);
}

TEST(Limits, RefuseConnectionsBeyondTheMostWith503) {
  TestServer server({.connections_max = 2});
  server.echo();
  Client first = server.connect();
  {
    Client second = server.connect();
    first.send(get);
    second.send(get);
    EXPECT_EQ(first.read_reply().status, 200);
    EXPECT_EQ(second.read_reply().status, 200);
    Client third = server.connect();

    third.send(get);

    expect_refused(third, 503);
    first.send(get);
    EXPECT_EQ(first.read_reply().status, 200);
  }

  // The places are free again soon after.
  for (int status = 503; status != 200;) {
    Client next = server.connect();
    next.send(get);
    status = next.read_reply().status;
  }
}

TEST(Limits, BoundWhatConnectionsHoldWhileOthersGoOn) {
  TestServer server({.threads = 1, .buffered_bytes_max = 1'000'000});
  server.echo();
  Client holding = server.connect();
  Client greedy = server.connect();
  Client modest = server.connect();
  const std::string large = post(std::string(900'000, 'x'));

  holding.send(large.substr(0, 1000));
  greedy.send(post(std::string(1'100'000, 'x')));
  EXPECT_EQ(greedy.read_reply().status, 503);
  modest.send(post("small"));
  EXPECT_EQ(modest.read_reply().status, 200);

  // What the greedy one held is given back.
  holding.send(large.substr(1000));
  EXPECT_EQ(holding.read_reply().status, 200);
}

TEST(Limits, DropTheReaderWhoseReplyDoesNotFit) {
  TestServer server({.buffered_bytes_max = 1'000'000});
  Client client(server.port(), 4096);

  client.send(get);
  const bool is_answered =
      server.answer(server.next_visit().exchange, {.body = std::string(20'000'000, 'x')});

  EXPECT_FALSE(is_answered);
  EXPECT_LT(client.read_until_end().size(), 20'000'000u);
}

TEST(Limits, SurviveRunningOutOfDescriptors) {
  TestServer server;
  server.echo();
  Client before = server.connect();
  before.send(get);
  EXPECT_EQ(before.read_reply().status, 200);
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  std::vector<int> hogged;
  const rlimit scarce = {.rlim_cur = 200, .rlim_max = limit.rlim_max};
  setrlimit(RLIMIT_NOFILE, &scarce);
  for (int descriptor = dup(0); descriptor >= 0; descriptor = dup(0)) hogged.push_back(descriptor);
  close(hogged.back());  // For the client; the server then has none.
  hogged.pop_back();

  Client during = server.connect();
  during.send(get);
  before.send(get);
  EXPECT_EQ(before.read_reply().status, 200);
  for (const int descriptor : hogged) close(descriptor);
  setrlimit(RLIMIT_NOFILE, &limit);

  EXPECT_EQ(during.read_reply().status, 200);
}

}  // namespace
}  // namespace mailrail::http
