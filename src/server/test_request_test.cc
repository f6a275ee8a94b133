#include "server/test_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::server {
namespace {

using testing::HasSubstr;

http::Request request(std::string method, std::string target, std::string body = "") {
  return {.method = std::move(method),
          .target = std::move(target),
          .headers = {},
          .body = std::move(body)};
}

template <class What>
What asked(const http::Request& request) {
  const auto parsed = parse_test_request(request);
  EXPECT_TRUE(parsed.has_value());
  return parsed ? std::get<What>(*parsed) : What{};
}

void expect_refusal(const http::Request& request, int status, std::string_view sentence) {
  const auto parsed = parse_test_request(request);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().status, status);
  EXPECT_THAT(parsed.error().body, HasSubstr(sentence));
}

TEST(TestRequest, ResetsAllOrWhatIsNamed) {
  const Selection all = asked<Reset>(request("POST", "/_mailrail/reset")).selection;
  const Selection some =
      asked<Reset>(request("POST", "/_mailrail/reset?prefix=orders-&account=123456789012"))
          .selection;

  EXPECT_TRUE(all.takes("000000000000", "q"));
  EXPECT_TRUE(some.takes("123456789012", "orders-1"));
  EXPECT_FALSE(some.takes("123456789012", "order"));
  EXPECT_FALSE(some.takes("000000000000", "orders-1"));
}

TEST(TestRequest, MakesItLater) {
  EXPECT_EQ(asked<AdvanceClock>(request("GET", "/_mailrail/clock")).time, 0s);
  EXPECT_EQ(
      asked<AdvanceClock>(request("POST", "/_mailrail/clock", R"({"advance": "1h30m"})")).time,
      90min);
}

TEST(TestRequest, OpensAndClosesNameSpaces) {
  EXPECT_EQ(asked<OpenNamespace>(request("POST", "/_mailrail/namespaces")).time_to_live, 1h);
  EXPECT_EQ(asked<OpenNamespace>(request("POST", "/_mailrail/namespaces", R"({"ttl": "90s"})"))
                .time_to_live,
            90s);
  EXPECT_EQ(asked<CloseNamespace>(request("DELETE", "/_mailrail/namespaces/123456789012")).account,
            "123456789012");
}

TEST(TestRequest, IsToldWhatWouldBeRight) {
  const auto clock = [](std::string body) {
    return request("POST", "/_mailrail/clock", std::move(body));
  };
  expect_refusal(clock(""), 400, R"({"advance": "30s"})");
  expect_refusal(clock(R"({"advance": "30"})"), 400,
                 "a time like 30s or 1h30m, at most 366d, not 30.");
  expect_refusal(clock(R"({"advance": "367d"})"), 400, "at most 366d");
  expect_refusal(clock(R"({"advance": 30})"), 400, "advance");
  expect_refusal(clock("{"), 400, "");
  expect_refusal(request("DELETE", "/_mailrail/clock"), 405, "GET, POST");
  expect_refusal(request("GET", "/_mailrail/reset"), 405, "POST");
  expect_refusal(request("POST", "/_mailrail/namespaces", R"({"ttl": "25h"})"), 400, "at most 1d");
  expect_refusal(request("DELETE", "/_mailrail/namespaces/q"), 400, "12 digits");
  expect_refusal(request("POST", "/_mailrail/namespacesx"), 404, "nothing");
}

TEST(TestRequest, IsNotForBrowsers) {
  http::Request from_page = request("POST", "/_mailrail/reset");
  from_page.headers.add("Origin", "http://evil.example");
  http::Request from_link = request("GET", "/_mailrail/clock");
  from_link.headers.add("Sec-Fetch-Site", "cross-site");

  expect_refusal(from_page, 403, "browsers");
  expect_refusal(from_link, 403, "browsers");
}

}  // namespace
}  // namespace mailrail::server
