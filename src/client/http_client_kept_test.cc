// Requests of any method, answers that are kept, and requests that are no longer wanted or may not
// leave any more.

#include <atomic>
#include <future>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/endpoint_testing.h"
#include "client/http_client.h"

namespace mailrail::client {
namespace {

using ::testing::AllOf;
using testing::anywhere;
using testing::ask;
using testing::Connection;
using ::testing::Contains;
using testing::Endpoint;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::outcome;
using ::testing::Pair;
using ::testing::StartsWith;

HttpClient::Options keeping() {
  HttpClient::Options options = anywhere();
  options.response = Response::keep;
  return options;
}

class Switch final : public Permit {
 public:
  bool is_valid() const override { return is_on_; }
  void turn_off() { is_on_ = false; }

 private:
  std::atomic<bool> is_on_ = true;
};

TEST(KeptAnswer, HasItsHeadersAndItsBody) {
  Endpoint endpoint;
  HttpClient client(keeping());
  auto promised = testing::post(client, {.url = endpoint.url()});
  Connection connection = endpoint.accept();
  connection.read_request();

  connection.send("HTTP/1.1 404 Not Found\r\nX-One: 1\r\nContent-Length: 4\r\n\r\nbody");
  const HttpOutcome answered = outcome(promised);

  EXPECT_EQ(answered.status, 404);
  EXPECT_EQ(answered.body, "body");
  EXPECT_THAT(answered.headers, Contains(Pair("X-One", "1")));
}

TEST(KeptAnswer, IsNoneIfItIsTooLong) {
  Endpoint endpoint;
  HttpClient::Options options = keeping();
  options.response_bytes_max = 1000;
  HttpClient client(options);
  auto promised = testing::post(client, {.url = endpoint.url()});
  Connection connection = endpoint.accept();
  connection.read_request();

  connection.answer(200, std::string(1000, 'b'));
  const HttpOutcome answered = outcome(promised);

  EXPECT_EQ(answered.status, 0);
  EXPECT_THAT(answered.why, HasSubstr("longer than 1000 bytes"));
}

// An answer that has ended counts no more.
TEST(KeptAnswer, IsNoneIfOthersLeaveItNoRoom) {
  Endpoint endpoint;
  HttpClient::Options options = keeping();
  options.kept_bytes_max = 1000;
  HttpClient client(options);
  for (int i = 0; i < 2; ++i) {
    auto whole = testing::post(client, {.url = endpoint.url()});
    Connection connection = endpoint.accept();
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 900\r\n\r\n" +
                    std::string(900, 'b'));
    EXPECT_EQ(outcome(whole).status, 200);
  }
  auto half = testing::post(client, {.url = endpoint.url()});
  Connection first = endpoint.accept();
  first.read_request();
  first.answer(200, std::string(1001, 'b'));

  EXPECT_THAT(outcome(half).why, HasSubstr("has no room beside others"));
}

TEST(RequestOfAnyMethod, IsSentAsItStands) {
  Endpoint endpoint;
  HttpClient client(keeping());
  auto promised = testing::post(client, {.url = endpoint.url(),
                                         .headers = {{"Host", "queues.example"}},
                                         .method = "GET",
                                         .target = "/a//../b?Action=X&y=%41"});
  Connection connection = endpoint.accept();

  const std::string sent = connection.read_request();
  connection.answer(200);

  EXPECT_THAT(sent,
              AllOf(StartsWith("GET /a//../b?Action=X&y=%41 HTTP/1.1\r\n"),
                    HasSubstr("Host: queues.example\r\n"), Not(HasSubstr("Host: 127.0.0.1"))));
  EXPECT_EQ(outcome(promised).status, 200);
}

TEST(RequestOfAnyMethod, MayHaveABody) {
  Endpoint endpoint;
  HttpClient client(keeping());
  auto promised = testing::post(client, {.url = endpoint.url(), .body = "b", .method = "PUT"});
  Connection connection = endpoint.accept();

  EXPECT_THAT(connection.read_request(), AllOf(StartsWith("PUT / "), EndsWith("\r\n\r\nb")));
  connection.answer(200);
  outcome(promised);
}

TEST(RequestOfAnyMethod, GetsNoBodyByHead) {
  Endpoint endpoint;
  HttpClient client(keeping());
  auto promised = testing::post(client, {.url = endpoint.url(), .method = "HEAD"});
  Connection connection = endpoint.accept();
  EXPECT_THAT(connection.read_request(), StartsWith("HEAD / "));

  connection.send("HTTP/1.1 405 No\r\nContent-Length: 100\r\n\r\n");

  EXPECT_EQ(outcome(promised).status, 405);
}

TEST(RequestOfAnyMethod, IsRefusedIfItsTargetCouldHideAnother) {
  Endpoint endpoint;
  HttpClient client(keeping());

  const HttpOutcome refused =
      ask(client, {.url = endpoint.url(), .method = "GET", .target = "/ HTTP/1.1\r\nX: y"});

  EXPECT_EQ(refused.status, 0);
  EXPECT_FALSE(endpoint.has_visitor());
}

TEST(BreakOff, EndsARequestThatIsUnderWay) {
  Endpoint endpoint;
  HttpClient client(keeping());
  std::promise<HttpOutcome> promise;
  auto promised = promise.get_future();
  const auto ticket = client.post(
      {.url = endpoint.url()}, [&](HttpOutcome outcome) { promise.set_value(std::move(outcome)); });
  Connection connection = endpoint.accept();
  connection.read_request();

  client.break_off(ticket);

  EXPECT_TRUE(outcome(promised).was_broken_off);
  EXPECT_TRUE(connection.is_at_end());
}

TEST(BreakOff, EndsARequestThatWaitsForAPlace) {
  Endpoint endpoint;
  HttpClient::Options options = keeping();
  options.requests_max = 1;
  HttpClient client(options);
  auto first = testing::post(client, {.url = endpoint.url()});
  Connection connection = endpoint.accept();
  connection.read_request();
  std::promise<HttpOutcome> promise;
  auto second = promise.get_future();
  const auto ticket = client.post(
      {.url = endpoint.url()}, [&](HttpOutcome outcome) { promise.set_value(std::move(outcome)); });

  client.break_off(ticket);
  client.break_off(ticket + 1);  // Which there is not.
  connection.answer(200);

  EXPECT_EQ(outcome(first).status, 200);
  EXPECT_TRUE(outcome(second).was_broken_off);
  EXPECT_FALSE(endpoint.has_visitor());
}

TEST(RequestUnderAPermit, IsSentWholeWhileThatIsValid) {
  Endpoint endpoint;
  const Switch permit;
  HttpClient client(anywhere());
  const std::string body(300'000, 'b');
  auto promised = testing::post(client, {.url = endpoint.url(), .body = body, .permit = &permit});
  Connection connection = endpoint.accept();

  EXPECT_THAT(connection.read_request(), EndsWith("\r\n\r\n" + body));
  connection.answer(200);

  EXPECT_EQ(outcome(promised).status, 200);
}

TEST(RequestUnderAPermit, IsNotSentWhenThatHasEnded) {
  Endpoint endpoint;
  Switch permit;
  permit.turn_off();
  HttpClient client(anywhere());

  const HttpOutcome refused =
      ask(client, {.url = endpoint.url(), .body = "told", .permit = &permit});

  EXPECT_EQ(refused.status, 0);
  EXPECT_THAT(refused.why, HasSubstr("may not leave any more"));
  EXPECT_EQ(endpoint.accept().read_request(), "");
}

TEST(RequestUnderAPermit, IsSentAgainWhereAKeptConnectionHadClosed) {
  Endpoint endpoint;
  const Switch permit;
  HttpClient client(anywhere());
  std::future<HttpOutcome> promised;
  {
    auto first = testing::post(client, {.url = endpoint.url(), .body = "one", .permit = &permit});
    Connection connection = endpoint.accept();
    connection.read_request();
    connection.answer(200);
    EXPECT_EQ(outcome(first).status, 200);
    promised = testing::post(client, {.url = endpoint.url(), .body = "two", .permit = &permit});
    EXPECT_THAT(connection.read_request(), EndsWith("two"));  // And no answer comes.
  }
  Connection again = endpoint.accept();

  EXPECT_THAT(again.read_request(), EndsWith("two"));
  again.answer(200);
  EXPECT_EQ(outcome(promised).status, 200);
}

}  // namespace
}  // namespace mailrail::client
