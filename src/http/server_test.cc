#include "http/server.h"

#include <algorithm>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "http/test_client.h"

namespace mailrail::http {
namespace {

using testing::Body;
using testing::Client;
using testing::post;
using testing::Reply;
using testing::TestServer;
using testing::Visit;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";

TEST(Server, HandsOverWhatWasSentAndSendsWhatIsAnswered) {
  TestServer server;
  Client client = server.connect();
  Response response{.status = 404, .body = "no such queue"};
  response.headers.add("Content-Type", "text/plain");

  client.send(post("hello", "X-Amz-Target: T\r\n"));
  const Visit visit = server.next_visit();
  EXPECT_TRUE(server.answer(visit.exchange, response));
  const Reply reply = client.read_reply();

  EXPECT_EQ(visit.request.method, "POST");
  EXPECT_EQ(visit.request.target, "/");
  EXPECT_EQ(visit.request.header("x-amz-target"), "T");
  EXPECT_EQ(visit.request.body, "hello");
  EXPECT_EQ(visit.request.remote_address, "127.0.0.1");
  EXPECT_EQ(reply.status, 404);
  EXPECT_TRUE(reply.has("Content-Type: text/plain"));
  EXPECT_TRUE(reply.has("Content-Length: 13"));
  EXPECT_EQ(reply.body, "no such queue");
}

TEST(Server, KeepsAConnectionForTheNextRequest) {
  TestServer server;
  Client client = server.connect();

  for (const std::string body : {"1", "2", "3"})
    EXPECT_EQ(server.ask(client, get, body).body, body);
}

// A handler that answers each request with what it was.
class Mirror final : public Handler {
 public:
  explicit Mirror(Server& answering) : server(answering) {}
  void on_request(ExchangeId exchange, Request request) override {
    is_own = request.door == Door::own;
    is_answered = server.answer(exchange, {.status = 201, .body = std::move(request.body)});
    is_answered_twice = server.answer(exchange, {});
  }
  void on_gone(ExchangeId) override {}

  Server& server;
  bool is_own = false;
  bool is_answered = false;
  bool is_answered_twice = false;
};

TEST(Server, AsksAHandlerForItsOwnProcess) {
  TestServer server;
  Mirror mirror(server.server());

  const Response response =
      server.server().ask(mirror, {.method = "POST", .target = "/", .headers = {}, .body = "hi"});

  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "hi");
  EXPECT_TRUE(mirror.is_own);
  EXPECT_TRUE(mirror.is_answered);
  EXPECT_FALSE(mirror.is_answered_twice);
}

// Answers at once, and then gives whoever asked the time to go on, which must not happen: a test
// that passes takes all of it.
class Laggard final : public Handler {
 public:
  explicit Laggard(Server& answering) : server(answering) {}
  void on_request(ExchangeId exchange, Request) override { server.answer(exchange, {}); }
  void on_gone(ExchangeId) override {}
  void on_batch_end(std::uint32_t) override {
    has_asker_gone_on = asker_goes_on.get_future().wait_for(50ms) == std::future_status::ready;
    is_left.set_value();
  }

  Server& server;
  std::promise<void> asker_goes_on;
  std::promise<void> is_left;
  bool has_asker_gone_on = false;
};

TEST(Server, HasLeftAHandlerThatItsOwnProcessAsked) {
  TestServer server;
  Laggard laggard(server.server());

  server.server().ask(laggard, {.method = "GET", .target = "/", .headers = {}, .body = {}});

  laggard.asker_goes_on.set_value();
  laggard.is_left.get_future().wait();
  EXPECT_FALSE(laggard.has_asker_gone_on);
}

TEST(Server, TakesARequestByteByByte) {
  TestServer server;
  server.echo();
  Client client = server.connect();

  for (const char each : post("slowly")) client.send({&each, 1});

  EXPECT_EQ(client.read_reply().body, "POST / slowly");
}

TEST(Server, AnswersPipelinedRequestsInOrderOneAtATime) {
  TestServer server;
  Client client = server.connect();

  client.send(post("1") + post("2") + post("3"));
  for (const std::string body : {"1", "2", "3"}) {
    const Visit visit = server.next_visit();
    EXPECT_EQ(visit.request.body, body);
    EXPECT_EQ(server.visits_waiting(), 0u);
    EXPECT_TRUE(server.answer(visit.exchange, {.body = "answer " + body}));
  }

  for (const std::string body : {"1", "2", "3"})
    EXPECT_EQ(client.read_reply().body, "answer " + body);
}

TEST(Server, TakesUpWhatArrivedWhileARequestWaited) {
  TestServer server;
  Client client = server.connect();
  client.send(post("1"));
  const Visit first = server.next_visit();

  client.send(post("2"));
  Client other =
      server.connect();  // Once it is served, what was sent before has been seen or is about to be.
  server.ask(other, get, "");
  server.answer(first.exchange, {.body = "a"});
  server.answer(server.next_visit().exchange, {.body = "b"});

  EXPECT_EQ(client.read_reply().body, "a");
  EXPECT_EQ(client.read_reply().body, "b");
}

TEST(Server, AnswersOnTheSpotAsDeepAsThePipelineIs) {
  TestServer server;
  server.echo();
  Client client = server.connect();
  std::string requests;
  for (int count = 0; count < 20'000; ++count) requests += get;

  std::thread sender([&] { client.send(requests); });
  for (int count = 0; count < 20'000; ++count) ASSERT_EQ(client.read_reply().status, 200);
  sender.join();
}

TEST(Server, IgnoresEmptyLinesBetweenRequests) {
  TestServer server;
  server.echo();
  Client client = server.connect();

  client.send("\r\n" + post("1") + "\r\n\r\n" + post("2"));

  EXPECT_EQ(client.read_reply().body, "POST / 1");
  EXPECT_EQ(client.read_reply().body, "POST / 2");
}

TEST(Server, AnswersHeadWithoutABody) {
  TestServer server;
  Client client = server.connect();

  client.send("HEAD / HTTP/1.1\r\nHost: here\r\n\r\n");
  server.answer(server.next_visit().exchange, {.body = "12345"});
  const Reply reply = client.read_reply(Body::none);

  EXPECT_TRUE(reply.has("Content-Length: 5"));
  EXPECT_EQ(server.ask(client, get, "next").body, "next");
}

TEST(Server, ClosesAfterHttp10UnlessAskedToStay) {
  TestServer server;
  server.echo();
  Client leaving = server.connect();
  Client staying = server.connect();

  leaving.send("GET / HTTP/1.0\r\n\r\n");
  staying.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

  EXPECT_TRUE(leaving.read_reply().has("Connection: close"));
  EXPECT_TRUE(leaving.is_at_end());
  EXPECT_TRUE(staying.read_reply().has("Connection: keep-alive"));
  staying.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(staying.read_reply().status, 200);
}

TEST(Server, ClosesWhenEitherSideWantsIt) {
  TestServer server;
  Client polite = server.connect();
  Client sent_away = server.connect();

  EXPECT_TRUE(server.ask(polite, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "")
                  .has("Connection: close"));
  sent_away.send(get);
  server.answer(server.next_visit().exchange, {.connection = Connection::close});

  EXPECT_TRUE(polite.is_at_end());
  EXPECT_TRUE(sent_away.read_reply().has("Connection: close"));
  EXPECT_TRUE(sent_away.is_at_end());
}

TEST(Server, TellsAClientThatAsksToGoOn) {
  TestServer server;
  server.echo();
  Client client = server.connect();

  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_reply(Body::none).head, "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("bo");
  client.send("dy");

  EXPECT_EQ(client.read_reply().body, "POST / body");
}

TEST(Server, DoesNotTellItToGoOnWithARequestItRefuses) {
  TestServer server;
  Client client = server.connect();

  client.send(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999\r\nExpect: 100-continue\r\n\r\n");

  EXPECT_EQ(client.read_reply().status, 413);
  EXPECT_TRUE(client.is_at_end());
}

TEST(Server, SendsAReplyThatIsLargerThanTheSocketTakes) {
  TestServer server;
  Client client(server.port(), 4096);
  std::string body(20'000'000, 'x');
  body.back() = 'y';

  client.send(get);
  server.answer(server.next_visit().exchange, {.body = body});

  EXPECT_TRUE(client.read_reply().body == body);
  EXPECT_EQ(server.ask(client, get, "next").body, "next");
}

TEST(Server, TellsOnceWhenAClientLeavesBeforeItsAnswer) {
  TestServer server;
  Visit left, was_reset;
  {
    Client leaving = server.connect();
    leaving.send(get);
    left = server.next_visit();
  }
  EXPECT_EQ(server.next_gone(), left.exchange);
  Client resetting = server.connect();
  resetting.send(get);
  was_reset = server.next_visit();
  resetting.reset();

  EXPECT_EQ(server.next_gone(), was_reset.exchange);
  EXPECT_FALSE(server.answer(left.exchange, {}));
  EXPECT_FALSE(server.answer(was_reset.exchange, {}));
}

TEST(Server, NoticesAClientThatLeavesBehindPipelinedRequests) {
  TestServer server({.linger_time = 20ms});  // The sweep follows the shortest time.
  Visit visit;
  {
    Client client = server.connect();
    client.send(post("1"));
    visit = server.next_visit();
    client.send(post("2"));
  }

  EXPECT_EQ(server.next_gone(), visit.exchange);
  EXPECT_EQ(server.visits_waiting(), 0u);
}

TEST(Server, NoticesAClientThatResetsBehindPipelinedRequests) {
  TestServer server;
  Client client = server.connect();
  client.send(post("1"));
  const Visit visit = server.next_visit();
  client.send(post("2"));

  client.reset();

  EXPECT_EQ(server.next_gone(), visit.exchange);
  EXPECT_EQ(server.visits_waiting(), 0u);
}

TEST(Server, TakesOneAnswerOnly) {
  TestServer server;
  Client client = server.connect();
  client.send(get);
  const Visit visit = server.next_visit();

  EXPECT_TRUE(server.answer(visit.exchange, {}));
  EXPECT_FALSE(server.answer(visit.exchange, {}));
  client.read_reply();
  client.send(get);
  const Visit next = server.next_visit();

  EXPECT_FALSE(server.answer(visit.exchange, {}));
  EXPECT_TRUE(server.answer(next.exchange, {}));
}

TEST(Server, HoldsAThousandWaitingRequests) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t count = std::min<std::size_t>(1000, (limit.rlim_cur - 100) / 2);
  TestServer server;
  std::vector<Client> clients;
  std::vector<Visit> visits;
  for (std::size_t index = 0; index < count; ++index) {
    clients.push_back(server.connect());
    clients.back().send(post(std::to_string(index)));
  }

  for (std::size_t index = 0; index < count; ++index) visits.push_back(server.next_visit());
  for (const Visit& visit : visits)
    EXPECT_TRUE(server.answer(visit.exchange, {.body = visit.request.body}));

  for (std::size_t index = 0; index < count; ++index)
    EXPECT_EQ(clients[index].read_reply().body, std::to_string(index));
}

TEST(Server, KeepsClientsWaitingUntilItRuns) {
  class Late final : public Handler {
   public:
    void on_request(ExchangeId exchange, Request) override {
      EXPECT_NE(server, nullptr);
      server->answer(exchange, {.body = "late"});
    }
    void on_gone(ExchangeId) override {}
    Server* server = nullptr;
  } late;
  const auto server = Server::open({.listeners = {{.port = 0}}}, late);
  ASSERT_TRUE(server.has_value());
  Client client((*server)->port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

  late.server = server->get();
  (*server)->start();

  EXPECT_EQ(client.read_reply().body, "late");
}

TEST(Server, SaysWhatToDoWhenThePortIsTaken) {
  TestServer server;
  class Nobody final : public Handler {
    void on_request(ExchangeId, Request) override {}
    void on_gone(ExchangeId) override {}
  } nobody;

  const auto second = Server::open({.listeners = {{.port = server.port()}}}, nobody);

  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, ::testing::HasSubstr("another process has this port"));
  EXPECT_THAT(second.error().message, ::testing::HasSubstr("--listen"));
}

TEST(Server, SaysWhatToDoWhenTheAddressIsNone) {
  class Nobody final : public Handler {
    void on_request(ExchangeId, Request) override {}
    void on_gone(ExchangeId) override {}
  } nobody;

  const auto server = Server::open({.listeners = {{.host = "no such host", .port = 0}}}, nobody);

  ASSERT_FALSE(server.has_value());
  EXPECT_THAT(server.error().message, ::testing::HasSubstr("'no such host'"));
}

}  // namespace
}  // namespace mailrail::http
