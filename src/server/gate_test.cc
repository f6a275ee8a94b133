#include "server/gate.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::server {
namespace {

using ::testing::HasSubstr;
using Reach = Gate::Options::Reach;

struct Asked {
  std::string target = "/";
  std::string host = "localhost:4566";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string method = "POST";
  http::Door door = http::Door::all;
  bool is_encrypted = false;
};

http::Request request_of(const Asked& asked) {
  http::Request request{.method = asked.method,
                        .target = asked.target,
                        .headers = {},
                        .body = {},
                        .door = asked.door,
                        .is_encrypted = asked.is_encrypted};
  if (!asked.host.empty()) request.headers.add("Host", asked.host);
  for (const auto& [name, value] : asked.headers) request.headers.add(name, value);
  return request;
}

// The objection's sentence; empty if there is none.
std::string objection(const Asked& asked, const Gate::Options& options = {}) {
  const auto found = Gate(options).objection(request_of(asked));
  return found ? found->message : std::string();
}

const Gate::Options on_network{.reach = Reach::network, .admin_place = "127.0.0.1:4567"};
const std::pair<std::string, std::string> administration{"X-Amz-Target",
                                                         "Mailrail.ListParkedConversations"};

TEST(Gate, LetsClientsPassByTheNamesTheyUse) {
  for (const std::string host :
       {"localhost:4566", "LOCALHOST", "localhost.", "127.0.0.1:4566", "[::1]:4566", "10.1.2.3",
        "mailrail:4566", "my_queue", "sqs.us-east-1.amazonaws.com", "eu-west-1.queue.amazonaws.com",
        "sns.cn-north-1.amazonaws.com.cn", "sqs.us-east-1.localhost.localstack.cloud:4566",
        "localhost.localstack.cloud", "host.docker.internal:4566", "queues.localhost", ""}) {
    EXPECT_EQ(objection({.host = host}), "") << host;
    EXPECT_EQ(objection({.host = host, .headers = {administration}}, on_network), "") << host;
  }
}

TEST(Gate, RefusesNamesThatAnybodyMayPointHere) {
  for (const std::string host :
       {"evil.example", "evil.example:4566", "localhost.evil.example", "127.0.0.1.evil.example",
        "sqs.us-east-1.amazonaws.com.evil.example", "evilamazonaws.com", "bucket.s3.amazonaws.com",
        "amazonaws.com", "xlocalhost.localstack.cloud", "1.2.3.4.nip.io",
        "evil.localstack.cloud"}) {
    EXPECT_THAT(objection({.host = host}), HasSubstr("--hostname")) << host;
    EXPECT_THAT(objection({.host = host, .headers = {administration}}, on_network),
                HasSubstr("--hostname"))
        << host;
  }
}

TEST(Gate, LeavesTheNamesOfANetworkToItsClients) {
  EXPECT_EQ(objection({.host = "queues.example"}, on_network), "");
}

TEST(Gate, TakesTheNamesThatItIsTold) {
  const Gate::Options named{.host_names = {"queues.example", "*.test.example"}};

  EXPECT_EQ(objection({.host = "Queues.Example:80"}, named), "");
  EXPECT_EQ(objection({.host = "a.b.test.example"}, named), "");
  EXPECT_NE(objection({.host = "more.queues.example"}, named), "");
  EXPECT_NE(objection({.host = "test.example"}, named), "");
  EXPECT_NE(objection({.host = "eviltest.example"}, named), "");
}

TEST(Gate, RefusesForeignPages) {
  EXPECT_NE(objection({.headers = {{"Origin", "http://evil.example"}}}), "");
  EXPECT_NE(objection({.headers = {{"Origin", "null"}}}), "");
  EXPECT_NE(objection({.headers = {{"Origin", "http://localhost:3000"}}}), "");
  EXPECT_NE(objection({.headers = {{"Origin", "https://localhost:4566"}}}), "");
  EXPECT_NE(objection({.headers = {{"Sec-Fetch-Site", "cross-site"}}, .method = "GET"}), "");
  EXPECT_NE(objection({.headers = {{"Sec-Fetch-Site", "same-site"}}, .method = "GET"}), "");
  EXPECT_NE(objection({.headers = {{"Origin", "http://evil.example"}}}, on_network), "");
}

TEST(Gate, LetsItsOwnPagesAndWhoTypesAUrlPass) {
  EXPECT_EQ(objection({.headers = {{"Origin", "http://localhost:4566"},
                                   {"Sec-Fetch-Site", "same-origin"}}}),
            "");
  EXPECT_EQ(objection({.headers = {{"Origin", "https://localhost:4566"}}, .is_encrypted = true}),
            "");
  EXPECT_EQ(objection({.headers = {{"Sec-Fetch-Site", "none"}}, .method = "GET"}), "");
}

// From a mail or a chat, of which the browser tells that it is another site.
TEST(Gate, LetsLinksOfMessagesBeFollowed) {
  const std::vector<std::pair<std::string, std::string>> followed = {
      {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}};
  const auto follow = [&](const std::string& target) {
    return objection({.target = target, .headers = followed, .method = "GET"});
  };

  EXPECT_EQ(follow("/?Action=ConfirmSubscription&Token=t"), "");
  EXPECT_EQ(follow("/?SubscriptionArn=a&Action=Unsubscribe"), "");
  EXPECT_NE(follow("/?Action=DeleteQueue"), "");
  EXPECT_NE(follow("/?Action=Unsubscribe&Action=DeleteQueue"), "");
  EXPECT_NE(follow("/?%41ction=DeleteQueue&Action=Unsubscribe"), "");
  EXPECT_NE(follow("/"), "");
  EXPECT_NE(objection({.target = "/?Action=Unsubscribe",
                       .headers = {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "no-cors"}},
                       .method = "GET"}),
            "");
}

TEST(Gate, LetsLinksToTheConsoleBeFollowedAndNotFramed) {
  const auto follow = [](const std::string& dest, const std::string& target) {
    return objection({.target = target,
                      .headers = {{"Sec-Fetch-Site", "cross-site"},
                                  {"Sec-Fetch-Mode", "navigate"},
                                  {"Sec-Fetch-Dest", dest}},
                      .method = "GET"});
  };

  EXPECT_EQ(follow("document", "/"), "");
  EXPECT_NE(follow("iframe", "/"), "");
  EXPECT_NE(follow("document", "/?Action=DeleteQueue"), "");
  EXPECT_NE(follow("document", "/_mailrail/session"), "");
}

TEST(Gate, AnswersAdministrationAtItsOwnDoorAlone) {
  const auto ask = [](const std::string& target, http::Door door) {
    return objection({.target = target, .door = door}, on_network);
  };

  for (const std::string target : {"/metrics", "/metrics?x", "/_mailrail/clock", "/_mailrail",
                                   "http://localhost:4566/metrics"}) {
    EXPECT_THAT(ask(target, http::Door::data), HasSubstr("127.0.0.1:4567")) << target;
    EXPECT_EQ(ask(target, http::Door::all), "") << target;
  }
  EXPECT_THAT(objection({.headers = {administration}, .door = http::Door::data}, on_network),
              HasSubstr("127.0.0.1:4567"));
  EXPECT_EQ(ask("/000000000000/q", http::Door::data), "");
  EXPECT_EQ(ask("/a://b/metrics", http::Door::data), "");  // A path, and not that one.
}

TEST(Gate, SaysHowToOpenADoorWhereThereIsNone) {
  EXPECT_THAT(
      objection({.target = "/metrics", .door = http::Door::data}, {.reach = Reach::network}),
      HasSubstr("--admin-listen"));
}

TEST(Gate, LetsNodesAskEachOther) {
  EXPECT_EQ(
      objection({.target = "/_mailrail/standby/step-down", .door = http::Door::data}, on_network),
      "");
}

TEST(Gate, LetsNobodyPassForANodeUnderAReboundName) {
  EXPECT_THAT(
      objection({.target = "/_mailrail/standby/step-down", .host = "evil.example"}, on_network),
      HasSubstr("--hostname"));
}

TEST(Gate, TellsOfItsHealthToAnybody) {
  for (const std::string path : {"/livez", "/readyz", "/health", "/_localstack/health"}) {
    EXPECT_EQ(objection({.target = path, .host = "evil.example", .door = http::Door::data}), "");
  }
}

TEST(Gate, SlowsDownWhoAsksTooFast) {
  http::Request request = request_of({});
  request.pace = http::Pace::too_fast;

  const auto found = Gate({}).objection(request);

  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->kind->http_status, 429);
}

}  // namespace
}  // namespace mailrail::server
