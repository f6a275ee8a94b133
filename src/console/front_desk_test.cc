#include "console/front_desk.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::console {
namespace {

using ::testing::HasSubstr;

constexpr Instant now = from_unix_ms(1'735'689'600'000);
Instant tell_now() { return now; }

class View final : public api::ServerView {
 public:
  api::ServerReport report() const override { return {.version = "1.2.3", .started = now}; }
};

class FrontDeskTest : public ::testing::Test {
 protected:
  FrontDeskTest() { keys_.change(std::make_shared<const auth::KeyRing>(std::vector{key_.key})); }

  http::Response ask(std::string method, std::string body = {}, const std::string& cookie = {}) {
    http::Request request{.method = std::move(method),
                          .target = "/_mailrail/session",
                          .body = std::move(body),
                          .remote_address = "127.0.0.1"};
    request.headers.add("Host", "localhost:4566");
    request.headers.add("X-Mailrail-Console", "1");
    if (!cookie.empty()) request.headers.add("Cookie", cookie);
    return desk_.answer(request).value();
  }

  std::string credentials() const {
    return R"({"AccessKeyId": ")" + key_.credentials.key_id + R"(", "SecretAccessKey": ")" +
           key_.credentials.secret + "\"}";
  }

  // As a browser sends it back.
  static std::string cookie_of(const http::Response& response) {
    const std::string told(response.headers.find("Set-Cookie").value_or(""));
    return told.substr(0, told.find(';'));
  }

  SeededRandom random_{1};
  View view_;
  auth::KeysInForce keys_;
  auth::NewKey key_ = auth::make_key({.name = "ann", .roles = {auth::Role::view}},
                                     "111122223333",
                                     auth::Lifetime::unlimited,
                                     random_);
  auth::Authenticator authenticator_{keys_, &tell_now};
  Sessions sessions_{{.authenticator = authenticator_, .now = &tell_now, .random = random_}, {}};
  FrontDesk desk_{sessions_, view_, {}, {.account = "000000000000", .region = "us-east-1"}};
};

TEST_F(FrontDeskTest, BeginsASessionAndTellsWhose) {
  const http::Response begun = ask("POST", credentials());

  EXPECT_EQ(begun.status, 204);
  EXPECT_THAT(std::string(*begun.headers.find("Set-Cookie")), HasSubstr("HttpOnly"));
  EXPECT_EQ(
      ask("GET", "", cookie_of(begun)).body,
      R"({"Account":"111122223333","Region":"us-east-1","Endpoint":"http://localhost:4566",)"
      R"("KeysInForce":true,"Key":{"AccessKeyId":")" +
          key_.credentials.key_id +
          R"(","Name":"ann","Role":"view","Roles":["view"],"HidePayloads":false},)"
          R"("ReadOnly":false,"HidePayloads":false,"Version":"1.2.3","StartedAt":1735689600000})");
}

TEST_F(FrontDeskTest, TellsNobodyInParticularToLogIn) {
  EXPECT_THAT(ask("GET").body, HasSubstr(R"("KeysInForce":true,"Key":null)"));
  keys_.change(nullptr);
  EXPECT_THAT(ask("GET").body, HasSubstr(R"("KeysInForce":false,"Key":null)"));
}

TEST_F(FrontDeskTest, EndsASession) {
  const std::string cookie = cookie_of(ask("POST", credentials()));

  const http::Response ended = ask("DELETE", "", cookie);

  EXPECT_EQ(ended.status, 204);
  EXPECT_THAT(std::string(*ended.headers.find("Set-Cookie")), HasSubstr("Max-Age=0"));
  EXPECT_THAT(ask("GET", "", cookie).body, HasSubstr(R"("Key":null)"));
}

TEST_F(FrontDeskTest, RefusesInTheWordsOfAws) {
  const http::Response wrong = ask("POST", R"({"AccessKeyId": "A", "SecretAccessKey": "b"})");
  const http::Response empty = ask("POST", "{}");

  EXPECT_EQ(wrong.status, 403);
  EXPECT_THAT(wrong.body, HasSubstr("com.amazon.coral.service#UnrecognizedClientException"));
  EXPECT_FALSE(wrong.headers.find("Set-Cookie"));
  EXPECT_EQ(empty.status, 400);
  EXPECT_THAT(empty.body, HasSubstr("AccessKeyId"));
  EXPECT_EQ(ask("POST", "[").status, 400);
  EXPECT_EQ(ask("PUT").status, 405);
}

TEST_F(FrontDeskTest, RefusesWhatHasNotTheConsolesHeader) {
  const auto answer = desk_.answer({.method = "POST", .target = "/_mailrail/session"});

  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 403);
  EXPECT_THAT(answer->body, HasSubstr("X-Mailrail-Console: 1"));
}

TEST_F(FrontDeskTest, LeavesEverythingElseToOthers) {
  EXPECT_FALSE(desk_.answer({.method = "POST", .target = "/"}));
  EXPECT_FALSE(desk_.answer({.method = "POST", .target = "/_mailrail/reset"}));
}

TEST_F(FrontDeskTest, NamesThePortOfClientsWhereThatIsAnother) {
  FrontDesk apart(sessions_, view_, {}, {.data_port = 4566});
  http::Request request{.method = "GET", .target = "/_mailrail/session"};
  request.headers.add("Host", "[::1]:4567");
  request.headers.add("X-Mailrail-Console", "1");

  EXPECT_THAT(apart.answer(request)->body, HasSubstr(R"("Endpoint":"http://[::1]:4566")"));
}

}  // namespace
}  // namespace mailrail::console
