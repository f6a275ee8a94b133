#include "api/dispatch.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::api {
namespace {

using testing::HasSubstr;

// A service with one action, which tells of its request.
class Dispatch : public testing::Test {
 protected:
  http::Response answer(const http::Request& request) {
    Made made = dispatcher_.dispatch(request, {}, 1, slots_, random_);
    EXPECT_FALSE(made);
    return made ? http::Response{} : made.error();
  }

  http::Response answer_to_target(std::string_view target) {
    http::Request request{.method = "POST", .target = "/", .headers = {}, .body = "{}"};
    request.headers.add("X-Amz-Target", target);
    return answer(request);
  }

 private:
  // Answers with what the request is taken to have come to.
  static constexpr ActionEntry actions[] = {
      {.name = "Look", .make = [](Incoming incoming) -> Made {
         return std::unexpected(
             http::Response{.status = 200, .headers = {}, .body = incoming.context.endpoint});
       }}};
  const Service services_[1] = {{.target_prefix = "Test.", .actions = actions}};
  engine::Identity identity_{std::array<char, 32>{}};
  CallSlots slots_{1, 1 << 20};
  SeededRandom random_{1};
  signing::Signer signer_;
  Dispatcher dispatcher_{services_, identity_, signer_};
};

TEST_F(Dispatch, NamesTheActionThatIsNotThere) {
  const http::Response response = answer_to_target("Test.Fly");

  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("The action Fly is not valid for this endpoint."));
}

// A service without AWS JSON has no prefix, and is not what every target begins with.
TEST(DispatchOfTargets, AsksNoServiceThatSpeaksNoAwsJson) {
  const Service services[] = {{.actions = {}}, {.target_prefix = "Test.", .actions = {}}};
  const engine::Identity identity{std::array<char, 32>{}};
  signing::Signer signer;
  CallSlots slots(1, 1 << 20);
  SeededRandom random(1);
  http::Request request{.method = "POST", .target = "/", .headers = {}, .body = "{}"};
  request.headers.add("X-Amz-Target", "Test.Fly");

  const Made made =
      Dispatcher(services, identity, signer).dispatch(request, {}, 1, slots, random);

  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().body, HasSubstr("The action Fly is not valid"));
}

TEST_F(Dispatch, RepeatsALongActionInPart) {
  http::Request request{.method = "POST", .target = "/", .headers = {}, .body = "Action="};
  request.body += std::string(1 << 20, 'a');

  EXPECT_LT(answer(request).body.size(), 1500u);
}

TEST_F(Dispatch, AnswersQueryInTheFormThatIsAccepted) {
  const auto type_for = [&](std::string_view accepted) {
    http::Request request{.method = "POST", .target = "/", .headers = {}, .body = "Action=Fly"};
    request.headers.add("Accept", accepted);
    return std::string(answer(request).headers.find("Content-Type").value_or(""));
  };

  for (const char* each :
       {"application/json", "Application/JSON", "text/xml, application/json;q=0.5",
        "*/* , application/json ; charset=utf-8"})
    EXPECT_EQ(type_for(each), "application/json") << each;
  for (const char* each : {"", "*/*", "text/xml", "application/json;q=0",
                           "application/json; q=0.00", "application/json-seq", "xapplication/json"})
    EXPECT_EQ(type_for(each), "text/xml") << each;
}

TEST_F(Dispatch, TakesARequestThatNamesNoHostForOneToLocalhost) {
  for (const auto& [host, endpoint] :
       {std::pair("h:80", "http://h:80"), std::pair("", "http://localhost"),
        std::pair("\xff", "http://localhost")}) {
    http::Request request{.method = "POST", .target = "/", .headers = {}, .body = "{}"};
    request.headers.add("X-Amz-Target", "Test.Look");
    request.headers.add("Host", host);
    EXPECT_EQ(answer(request).body, endpoint);
  }
}

// A header is bytes, and an answer is UTF-8.
TEST_F(Dispatch, RepeatsNoByteThatIsNotPrintable) {
  EXPECT_THAT(answer_to_target("Test.\xff\x01y").body, HasSubstr("The action ??y is not"));
}

TEST_F(Dispatch, MakesNoCallByOtherMethodsThanGetAndPost) {
  for (const std::string_view method : {"HEAD", "PUT", "DELETE", "OPTIONS", "get", "BREW"}) {
    http::Request request{.method = std::string(method), .target = "/?Action=Fly", .headers = {}};

    const http::Response response = answer(request);

    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(response.headers.find("Allow"), "GET, POST");
    EXPECT_THAT(response.body, HasSubstr("<Code>MethodNotAllowed</Code>"));
  }
}

}  // namespace
}  // namespace mailrail::api
