#include "client/http_client.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/endpoint_testing.h"

namespace mailrail::client {
namespace {

using testing::anywhere;
using testing::ask;
using testing::Connection;
using testing::Endpoint;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::outcome;
using testing::post;

TEST(HttpClient, SendsWhatItIsGivenAndNothingElse) {
  Endpoint endpoint;
  HttpClient client(anywhere());

  auto told = post(client, {.url = endpoint.url("127.0.0.1", "/a?b=c"),
                            .headers = {{"Content-Type", "text/plain; charset=UTF-8"},
                                        {"Accept-Encoding", "gzip,deflate"},
                                        {"x-empty", ""}},
                            .body = "hello"});
  Connection connection = endpoint.accept();
  const std::string request = connection.read_request();
  connection.answer(200);

  EXPECT_EQ(request, fmt::format("POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n"
                                 "Content-Type: text/plain; charset=UTF-8\r\n"
                                 "Accept-Encoding: gzip,deflate\r\n"
                                 "x-empty:\r\nContent-Length: 5\r\n\r\nhello",
                                 endpoint.port()));
  EXPECT_EQ(outcome(told), (HttpOutcome{.status = 200}));
}

TEST(HttpClient, TellsAnyStatusAsItIs) {
  Endpoint endpoint;
  HttpClient client(anywhere());
  auto first = post(client, {.url = endpoint.url()});
  Connection connection = endpoint.accept();
  connection.read_request();
  connection.answer(204);
  EXPECT_EQ(outcome(first).status, 204);

  for (const int status : {200, 299, 404, 429, 500, 503, 599}) {
    auto told = post(client, {.url = endpoint.url()});
    connection.read_request();  // On the connection that is there.
    connection.answer(status, "whatever");
    EXPECT_EQ(outcome(told), (HttpOutcome{.status = status}));
  }
}

TEST(HttpClient, FollowsNoRedirect) {
  Endpoint endpoint;
  Endpoint elsewhere;
  HttpClient client(anywhere());

  for (const int status : {301, 302, 303, 307, 308}) {
    auto told = post(client, {.url = endpoint.url()});
    Connection connection = endpoint.accept();
    connection.read_request();
    connection.send(fmt::format(
        "HTTP/1.1 {} Go\r\nLocation: {}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status,
        elsewhere.url()));
    EXPECT_EQ(outcome(told), (HttpOutcome{.status = status}));
  }

  EXPECT_FALSE(elsewhere.has_visitor());
}

TEST(HttpClient, PassesOverInterimAnswers) {
  Endpoint endpoint;
  HttpClient client(anywhere());

  auto told = post(client, {.url = endpoint.url(), .body = std::string(2 << 20, 'x')});
  Connection connection = endpoint.accept();
  EXPECT_THAT(connection.read_request(), Not(HasSubstr("Expect")));
  connection.send("HTTP/1.1 103 Early Hints\r\n\r\n");
  connection.answer(202);

  EXPECT_EQ(outcome(told).status, 202);
}

TEST(HttpClient, SendsTheNameAndPasswordOfTheUrl) {
  Endpoint endpoint;
  HttpClient client(anywhere());

  auto told = post(client, {.url = endpoint.url("user:s%40cret@127.0.0.1")});
  Connection connection = endpoint.accept();
  const std::string request = connection.read_request();
  connection.answer(200);

  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Basic dXNlcjpzQGNyZXQ=\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("s%40cret")));
  EXPECT_EQ(outcome(told).status, 200);
}

TEST(HttpClient, KeepsNoCookies) {
  Endpoint endpoint;
  HttpClient client(anywhere());
  auto first = post(client, {.url = endpoint.url()});
  Connection connection = endpoint.accept();
  connection.read_request();
  connection.send("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n");
  outcome(first);

  auto second = post(client, {.url = endpoint.url()});
  EXPECT_THAT(connection.read_request(), Not(HasSubstr("Cookie")));
  connection.answer(200);
  outcome(second);
}

TEST(HttpClient, TriesAnewWhereAKeptConnectionWasClosed) {
  Endpoint endpoint;
  HttpClient client(anywhere());
  auto first = post(client, {.url = endpoint.url()});
  {
    Connection connection = endpoint.accept();
    connection.read_request();
    connection.answer(200);
    EXPECT_EQ(outcome(first).status, 200);
  }

  auto second = post(client, {.url = endpoint.url()});
  Connection connection = endpoint.accept();
  connection.read_request();
  connection.answer(201);

  EXPECT_EQ(outcome(second).status, 201);
}

TEST(HttpClient, SaysWhyThereWasNoAnswer) {
  HttpClient client(anywhere());
  std::string gone;
  {
    Endpoint endpoint;
    gone = fmt::format("127.0.0.1:{}", endpoint.port());
  }
  EXPECT_EQ(ask(client, {.url = "http://" + gone + "/"}),
            (HttpOutcome{.why = "No connection to " + gone + ": Connection refused."}));
  EXPECT_EQ(ask(client, {.url = "http://nowhere.invalid/"}).why,
            "The name of nowhere.invalid:80 has no address.");

  Endpoint endpoint;
  const std::string here = fmt::format("127.0.0.1:{}", endpoint.port());
  auto closed = post(client, {.url = endpoint.url()});
  endpoint.accept().read_request();
  EXPECT_EQ(outcome(closed).why, here + " closed the connection without an answer.");

  auto other = post(client, {.url = endpoint.url()});
  Connection connection = endpoint.accept();
  connection.read_request();
  connection.send("SSH-2.0-OpenSSH\r\n");
  EXPECT_THAT(outcome(other).why, HasSubstr("No answer of " + here + ": "));
}

TEST(HttpClient, HasManyRequestsUnderWayAtOnce) {
  constexpr int count = 200;
  Endpoint endpoint;
  HttpClient::Options options = anywhere();
  options.requests_max = options.requests_per_host_max = count;
  HttpClient client(options);
  std::vector<std::future<HttpOutcome>> told;

  for (int i = 0; i < count; ++i) told.push_back(post(client, {.url = endpoint.url()}));
  std::vector<Connection> connections;
  for (int i = 0; i < count; ++i) connections.push_back(endpoint.accept());
  for (Connection& each : connections) {
    each.read_request();
    each.answer(200);
  }

  for (auto& each : told) EXPECT_EQ(outcome(each), (HttpOutcome{.status = 200}));
}

TEST(HttpClient, TakesRequestsFromManyThreadsAndFromItsCallbacks) {
  constexpr int threads = 4, each_posts = 50;
  Endpoint endpoint;
  HttpClient::Options options = anywhere();
  options.requests_per_host_max = 1;
  HttpClient client(options);
  std::atomic<int> count = 0;
  std::promise<void> all_told;
  const auto tell = [&](const HttpOutcome& told) {
    EXPECT_EQ(told.status, 200);
    if (++count == 2 * threads * each_posts) all_told.set_value();
  };

  std::vector<std::jthread> posting;
  for (int i = 0; i < threads; ++i) {
    posting.emplace_back([&] {
      for (int j = 0; j < each_posts; ++j) {
        client.post({.url = endpoint.url()}, [&](const HttpOutcome& told) {
          client.post({.url = endpoint.url()}, tell);
          tell(told);
        });
      }
    });
  }
  Connection connection = endpoint.accept();
  for (int i = 0; i < 2 * threads * each_posts; ++i) {
    ASSERT_THAT(connection.read_request(), HasSubstr("POST / HTTP/1.1"));
    connection.answer(200);
  }

  EXPECT_EQ(all_told.get_future().wait_for(10s), std::future_status::ready);
}

}  // namespace
}  // namespace mailrail::client
