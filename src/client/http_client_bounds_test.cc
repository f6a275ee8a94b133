// Whatever an endpoint does, it costs the client no more than was agreed, and others nothing.

#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/endpoint_testing.h"
#include "client/http_client.h"

namespace mailrail::client {
namespace {

using testing::anywhere;
using testing::ask;
using testing::Connection;
using testing::Endpoint;
using ::testing::HasSubstr;
using testing::outcome;
using testing::post;
using testing::settle;

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\n";

TEST(HttpClientBounds, EndAConnectThatNobodyTakesUp) {
  Endpoint full(0);
  HttpClient::Options options = anywhere();
  options.connect_timeout = 100ms;
  HttpClient client(options);
  HttpClient filling(anywhere());
  std::vector<std::future<HttpOutcome>> fillers;
  for (int i = 0; i < 4; ++i) fillers.push_back(post(filling, {.url = full.url()}));
  settle(filling);

  EXPECT_EQ(ask(client, {.url = full.url()}).why,
            fmt::format("No connection to 127.0.0.1:{} within 100ms.", full.port()));
}

TEST(HttpClientBounds, EndARequestThatIsNotAnswered) {
  Endpoint endpoint;
  HttpClient client(anywhere());

  auto told = post(client, {.url = endpoint.url(), .timeout = 100ms});
  Connection connection = endpoint.accept();
  connection.read_request();

  EXPECT_EQ(outcome(told).why,
            fmt::format("No answer of 127.0.0.1:{} within 100ms.", endpoint.port()));
  EXPECT_TRUE(connection.is_at_end());
}

TEST(HttpClientBounds, EndAnAnswerThatStopsInItsHeadOrBody) {
  Endpoint endpoint;
  HttpClient client(anywhere());

  for (const std::string beginning : {"Content-Le", "Content-Length: 5\r\n\r\n12"}) {
    auto told = post(client, {.url = endpoint.url(), .timeout = 100ms});
    Connection connection = endpoint.accept();
    connection.read_request();
    connection.send(std::string(ok) + beginning);

    EXPECT_EQ(outcome(told).why,
              fmt::format("No whole answer of 127.0.0.1:{} within 100ms.", endpoint.port()));
    EXPECT_TRUE(connection.is_at_end());
  }
}

TEST(HttpClientBounds, EndAnAnswerThatDrips) {
  Endpoint endpoint;
  HttpClient client(anywhere());

  auto told = post(client, {.url = endpoint.url(), .timeout = 200ms});
  Connection connection = endpoint.accept();
  connection.read_request();
  connection.send(std::string(ok) + "Transfer-Encoding: chunked\r\n\r\n");
  int drops = 0;
  while (told.wait_for(5ms) != std::future_status::ready && drops < 2000) {
    connection.send("1\r\nx\r\n");
    ++drops;
  }

  EXPECT_GT(drops, 1);
  EXPECT_THAT(outcome(told).why, HasSubstr("No whole answer"));
}

TEST(HttpClientBounds, EndTheReadingOfAHugeBodyButCountItsStatus) {
  Endpoint endpoint;
  HttpClient client(anywhere());

  auto told = post(client, {.url = endpoint.url()});
  Connection connection = endpoint.accept();
  connection.read_request();
  connection.send("HTTP/1.1 418 Teapot\r\nContent-Length: 1000000000000\r\n\r\n");
  const std::string bytes(1 << 20, 'x');
  std::size_t sent = 0;
  while (sent < 1000 && connection.send(bytes)) ++sent;

  EXPECT_EQ(outcome(told), (HttpOutcome{.status = 418}));
  EXPECT_LT(sent, 1000u);
}

TEST(HttpClientBounds, EndTheReadingOfAHugeHead) {
  Endpoint endpoint;
  HttpClient client(anywhere());

  auto told = post(client, {.url = endpoint.url()});
  Connection connection = endpoint.accept();
  connection.read_request();
  connection.send(ok);
  const std::string line = "X-Line: " + std::string(1000, 'x') + "\r\n";
  int sent = 0;
  while (sent < 1'000'000 && connection.send(line)) ++sent;

  EXPECT_EQ(outcome(told).why,
            fmt::format("The answer of 127.0.0.1:{} is longer than 65536 bytes.", endpoint.port()));
  EXPECT_LT(sent, 1'000'000);
}

TEST(HttpClientBounds, EndInterimAnswersWithoutEnd) {
  Endpoint endpoint;
  HttpClient client(anywhere());

  auto told = post(client, {.url = endpoint.url()});
  Connection connection = endpoint.accept();
  connection.read_request();
  int sent = 0;
  while (sent < 10'000'000 && connection.send("HTTP/1.1 102 Processing\r\n\r\n")) ++sent;

  EXPECT_THAT(outcome(told).why, HasSubstr("is longer than 65536 bytes"));
}

TEST(HttpClientBounds, HoldForEachHost) {
  Endpoint slow, other;
  HttpClient::Options options = anywhere();
  options.requests_per_host_max = 2;
  HttpClient client(options);
  std::vector<std::future<HttpOutcome>> told;

  for (int i = 0; i < 4; ++i) told.push_back(post(client, {.url = slow.url()}));
  Connection first = slow.accept();
  Connection second = slow.accept();
  auto told_by_other = post(client, {.url = other.url()});
  Connection at_other = other.accept();
  at_other.read_request();
  at_other.answer(200);
  EXPECT_EQ(outcome(told_by_other).status, 200);
  settle(client);
  EXPECT_FALSE(slow.has_visitor());

  const auto answer_and_close = [](Connection connection) {
    EXPECT_THAT(connection.read_request(), HasSubstr("POST"));
    connection.send(std::string(ok) + "Connection: close\r\nContent-Length: 0\r\n\r\n");
  };
  answer_and_close(std::move(first));
  Connection third = slow.accept();
  settle(client);
  EXPECT_FALSE(slow.has_visitor());
  answer_and_close(std::move(second));
  answer_and_close(std::move(third));
  answer_and_close(slow.accept());
  for (auto& each : told) EXPECT_EQ(outcome(each).status, 200);
}

TEST(HttpClientBounds, HoldForAllHostsTogether) {
  Endpoint one, two, three;
  HttpClient::Options options = anywhere();
  options.requests_max = 2;
  HttpClient client(options);

  auto told_by_one = post(client, {.url = one.url()});
  auto told_by_two = post(client, {.url = two.url()});
  auto told_by_three = post(client, {.url = three.url()});
  Connection first = one.accept();
  Connection second = two.accept();
  settle(client);
  EXPECT_FALSE(three.has_visitor());

  first.read_request();
  first.answer(200);
  EXPECT_EQ(outcome(told_by_one).status, 200);
  Connection third = three.accept();
  third.read_request();
  third.answer(200);
  EXPECT_EQ(outcome(told_by_three).status, 200);
  second.read_request();
  second.answer(200);
  EXPECT_EQ(outcome(told_by_two).status, 200);
}

TEST(HttpClientBounds, CountTheTimeFromWhenARequestBegins) {
  Endpoint endpoint;
  HttpClient::Options options = anywhere();
  options.requests_per_host_max = 1;
  HttpClient client(options);

  auto first = post(client, {.url = endpoint.url(), .timeout = 300ms});
  auto second = post(client, {.url = endpoint.url(), .timeout = 300ms});
  Connection silent = endpoint.accept();
  EXPECT_THAT(outcome(first).why, HasSubstr("within 300ms"));
  Connection connection = endpoint.accept();
  connection.read_request();
  connection.answer(200);

  EXPECT_EQ(outcome(second).status, 200);
}

TEST(HttpClientBounds, EndAllWithTheClientAndTellEach) {
  const HttpOutcome stopped{.why = "mailrail stopped before an answer came.",
                            .was_broken_off = true};
  Endpoint endpoint;
  HttpClient::Options options = anywhere();
  options.requests_per_host_max = 1;
  std::promise<HttpOutcome> under_way, posted_late;
  std::future<HttpOutcome> waiting;
  std::optional<Connection> connection;  // Outlives the client.

  {
    HttpClient client(options);
    client.post({.url = endpoint.url()}, [&](const HttpOutcome& told) {
      under_way.set_value(told);
      client.post({.url = endpoint.url()},
                  [&](const HttpOutcome& late) { posted_late.set_value(late); });
    });
    connection.emplace(endpoint.accept());
    connection->read_request();
    waiting = post(client, {.url = endpoint.url()});
  }

  EXPECT_EQ(waiting.wait_for(0s), std::future_status::ready);
  EXPECT_EQ(outcome(waiting), stopped);
  for (std::promise<HttpOutcome>* const each : {&under_way, &posted_late}) {
    auto told = each->get_future();
    ASSERT_EQ(told.wait_for(0s), std::future_status::ready);
    EXPECT_EQ(told.get(), stopped);
  }
}

}  // namespace
}  // namespace mailrail::client
