#include "http/response_head.h"

#include <gtest/gtest.h>

namespace mailrail::http {
namespace {

constexpr std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string rendered(const Response& response, const Framing& framing = {}) {
  std::string out;
  render_head(out, response, framing, date);
  return out;
}

TEST(ResponseHead, HasTheServersFieldsFirst) {
  Response response{.body = "12345"};
  response.headers.add("Content-Type", "text/plain");

  EXPECT_EQ(rendered(response),
            "HTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 5\r\n"
            "Content-Type: text/plain\r\n"
            "\r\n");
}

TEST(ResponseHead, SaysWhetherTheConnectionStays) {
  EXPECT_NE(rendered({}, {.connection = Connection::close}).find("Connection: close\r\n"),
            std::string::npos);
  EXPECT_NE(rendered({}, {.is_http_1_0 = true}).find("Connection: keep-alive\r\n"),
            std::string::npos);
  EXPECT_EQ(rendered({}).find("Connection"), std::string::npos);
}

TEST(ResponseHead, HasNoLengthWhereThereIsNoBody) {
  EXPECT_EQ(rendered({.status = 204}).find("Content-Length"), std::string::npos);
  EXPECT_EQ(rendered({.status = 304}).find("Content-Length"), std::string::npos);
}

TEST(ResponseHead, LetsNoValueStartAnotherHeader) {
  Response response;
  response.headers.add("Location", "/a\r\nSet-Cookie: stolen");

  EXPECT_NE(rendered(response).find("Location: /a  Set-Cookie: stolen\r\n"), std::string::npos);
}

TEST(HttpDate, IsWhatRfc9110Shows) { EXPECT_EQ(http_date(784'111'777), date); }

TEST(DateCache, RendersEachSecondAnew) {
  DateCache cache;

  EXPECT_EQ(cache.date(784'111'777), date);
  EXPECT_EQ(cache.date(784'111'777), date);
  EXPECT_EQ(cache.date(784'111'778), "Sun, 06 Nov 1994 08:49:38 GMT");
}

}  // namespace
}  // namespace mailrail::http
