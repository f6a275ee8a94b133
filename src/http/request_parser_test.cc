#include "http/request_parser.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/check.h"

namespace mailrail::http {
namespace {

constexpr std::size_t all_at_once = std::size_t{1} << 30;

struct Parsed {
  int refused_with = 0;
  bool is_done = false;
  bool keeps_alive = false;
  std::size_t left_over = 0;
  Request request = {};
};

// As the server does it: what wasn't taken comes again, with up to `step` bytes more behind it.
Parsed parse(std::string_view bytes, std::size_t step = all_at_once, const Limits& limits = {}) {
  RequestParser parser(limits);
  Parsed parsed;
  std::string pending;
  while (!bytes.empty() && !parser.is_done() && !parser.refusal()) {
    pending += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    pending.erase(0, parser.put(pending));
  }
  parsed.left_over = pending.size() + bytes.size();
  parsed.is_done = parser.is_done();
  if (parser.refusal()) parsed.refused_with = parser.refusal()->status;
  if (parsed.is_done) {
    parsed.keeps_alive = parser.keeps_alive();
    parsed.request = parser.take();
  }
  return parsed;
}

TEST(RequestParser, ReadsARequest) {
  const Parsed parsed = parse(
      "POST /000000000000/orders?x=1 HTTP/1.1\r\nHost: localhost:4566\r\nX-Amz-Target:  "
      "AmazonSQS.SendMessage \r\n"
      "Content-Length: 4\r\n\r\nbodyGET");

  ASSERT_TRUE(parsed.is_done);
  EXPECT_EQ(parsed.request.method, "POST");
  EXPECT_EQ(parsed.request.target, "/000000000000/orders?x=1");
  EXPECT_EQ(parsed.request.header("host"), "localhost:4566");
  EXPECT_EQ(parsed.request.header("x-amz-target"), "AmazonSQS.SendMessage");
  EXPECT_EQ(parsed.request.body, "body");
  EXPECT_TRUE(parsed.keeps_alive);
  EXPECT_EQ(parsed.left_over, 3u);  // Belongs to the next request.
}

TEST(RequestParser, ReadsChunksAndDropsTrailers) {
  const std::string request =
      "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;name=value\r\nhello\r\n7\r\n, world\r\n0\r\nX-Checksum: 1\r\n\r\n";

  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, all_at_once}) {
    const Parsed parsed = parse(request, step);

    ASSERT_TRUE(parsed.is_done) << step;
    EXPECT_EQ(parsed.request.body, "hello, world");
    EXPECT_EQ(parsed.request.headers.find("X-Checksum"), std::nullopt);
    EXPECT_EQ(parsed.left_over, 0u);
  }
}

TEST(RequestParser, TakesAnEmptyChunkedBodyByteByByte) {
  const Parsed parsed =
      parse("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1);

  EXPECT_TRUE(parsed.is_done);
  EXPECT_EQ(parsed.request.body, "");
}

TEST(RequestParser, KeepsAliveAsTheVersionSays) {
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n").keeps_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keeps_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.1\r\nHost: h\r\n\r\n").keeps_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").keeps_alive);
}

struct Case {
  std::string_view what;
  int status;
  std::string_view request;
};

constexpr Case refused[] = {
    {"no HTTP at all", 400, "\x16\x03\x01\x02\x01 TLS here\r\n\r\n"},
    {"a request line without version", 400, "GET /\r\nHost: h\r\n\r\n"},
    {"a version that isn't one", 400, "GET / HTTX/1.1\r\nHost: h\r\n\r\n"},
    {"HTTP/2 without a handshake", 400, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {"a space in the target", 400, "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"a control character in the target", 400, "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"a method with a slash", 400, "G/T / HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"line feeds alone", 400, "GET / HTTP/1.1\nHost: h\n\n\r\n\r\n"},
    {"a space before the colon", 400, "GET / HTTP/1.1\r\nHost : h\r\n\r\n"},
    {"a header without colon", 400, "GET / HTTP/1.1\r\nHost: h\r\nnothing\r\n\r\n"},
    {"an empty header name", 400, "GET / HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n"},
    {"a control character in a value", 400, "GET / HTTP/1.1\r\nHost: h\r\nA: \x02\r\n\r\n"},
    {"no Host", 400, "GET / HTTP/1.1\r\n\r\n"},
    {"two Hosts", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
    {"a length that is no number", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ten\r\n\r\n"},
    {"a negative length", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n"},
    {"a signed length", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\n"},
    {"an empty length", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n"},
    {"a length beyond 64 bits", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551616\r\n\r\n"},
    {"two lengths", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"},
    {"a length and chunks", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"chunks and a length", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"},
    {"chunks twice", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
     "chunked\r\n\r\n"},
    {"chunks in HTTP/1.0", 400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"the same length twice", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"},
    {"a list of lengths", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\nx"},
    {"a hexadecimal length", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x1\r\n\r\nx"},
    {"chunks with white space before the colon", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n"},
    {"chunks behind a vertical tab", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \vchunked\r\n\r\n"},
    {"a folded header", 400, "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n"},
    {"a header folded by a tab", 400, "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\tc\r\n\r\n"},
    {"a field whose line is folded before it says anything", 400,
     "GET / HTTP/1.1\r\nHost: h\r\nA:\r\n b\r\n\r\n"},
    {"a field folded twice before it says anything", 400,
     "GET / HTTP/1.1\r\nHost: h\r\nA:\r\n \r\n\tb\r\n\r\n"},
    {"a field that is folded and empty", 400, "GET / HTTP/1.1\r\nHost: h\r\nA:\r\n \r\n\r\n"},
    {"a folded host", 400, "GET / HTTP/1.1\r\nHost:\r\n h\r\n\r\n"},
    {"a folded length", 400, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n 1\r\n\r\nx"},
    {"a field folded to nothing more", 400, "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n \r\n\r\n"},
    {"a folded coding", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"},
    {"white space before the first header", 400, "GET / HTTP/1.1\r\n Host: h\r\n\r\n"},
    {"a carriage return in a value", 400, "GET / HTTP/1.1\r\nHost: h\r\nA: b\rC: d\r\n\r\n"},
    {"a line feed in a value", 400, "GET / HTTP/1.1\r\nHost: h\r\nA: b\nC: d\r\n\r\n"},
    {"a carriage return in the target", 400, "GET /a\rb HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"a line feed behind a chunk's size", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n"},
    {"a chunk size with a prefix", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n"},
    {"a chunk size with a sign", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n"},
    {"a Host with a path", 400, "GET / HTTP/1.1\r\nHost: h/p\r\n\r\n"},
    {"a Host with a user", 400, "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n"},
    {"a Host with a space", 400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
    {"a Host with markup", 400, "GET / HTTP/1.1\r\nHost: <h>\r\n\r\n"},
    {"a Host with a quote", 400, "GET / HTTP/1.1\r\nHost: h\"\r\n\r\n"},
    {"a Host with a port that is none", 400, "GET / HTTP/1.1\r\nHost: h:80x\r\n\r\n"},
    {"a Host with two ports", 400, "GET / HTTP/1.1\r\nHost: h:80:90\r\n\r\n"},
    {"a Host with half a bracket", 400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"},
    {"a URL of another host", 400, "GET http://other/ HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"a URL of another port", 400, "GET http://h:81/ HTTP/1.1\r\nHost: h:80\r\n\r\n"},
    {"a URL with a user", 400, "GET http://h@other/ HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"a URL of another scheme", 400, "GET file://h/ HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"a path without a slash", 400, "GET livez HTTP/1.1\r\nHost: h\r\n\r\n"},
    {"a tunnel", 400, "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"},
    {"another coding", 501,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"},
    {"chunks in disguise", 501,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n"},
    {"a chunk size that is no number", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n"},
    {"a chunk size beyond 64 bits", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n"},
    {"a chunk longer than it says", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"},
    {"a length in a trailer", 400,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: "
     "1\r\n\r\n"},
    {"another expectation", 417,
     "POST / HTTP/1.1\r\nHost: h\r\nExpect: a miracle\r\nContent-Length: 1\r\n\r\n"},
    {"a body too large", 413, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8388609\r\n\r\n"},
    {"a chunk too large", 413,
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n800001\r\n"},
};

TEST(RequestParser, RefusesWhatIsMalformedWithTheRightStatus) {
  for (const Case& each : refused) {
    EXPECT_EQ(parse(each.request).refused_with, each.status) << each.what;
    EXPECT_EQ(parse(each.request, 1).refused_with, each.status) << each.what << ", byte by byte";
  }
}

TEST(RequestParser, TakesWhatMayBeAHostOrATarget) {
  for (const std::string_view host : {"h", "h:4566", "127.0.0.1:80", "[::1]:4566", "[fd00::1]",
                                      "sqs.us-east-1.amazonaws.com", "my_service:9324", ""}) {
    EXPECT_TRUE(parse(fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", host)).is_done) << host;
  }
  for (const std::string_view target :
       {"/", "/a//b/../%2e%2e?x=http://y", "*", "http://h:80/a?b", "HTTP://H:80", "https://h:80"}) {
    EXPECT_TRUE(parse(fmt::format("GET {} HTTP/1.1\r\nHost: h:80\r\n\r\n", target)).is_done)
        << target;
  }
}

TEST(RequestParser, BoundsTheHeaderHoweverItComes) {
  const Limits limits{.header_bytes_max = 1000};
  const std::string line = "A: " + std::string(95, 'x') + "\r\n";  // 100 bytes.
  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int count = 0; count < 100; ++count) many += line;

  for (const std::size_t step : {std::size_t{1}, std::size_t{110}, std::size_t{999}, all_at_once}) {
    EXPECT_EQ(parse(many, step, limits).refused_with, 431) << step;
    EXPECT_EQ(parse("GET /" + std::string(2000, 'x'), step, limits).refused_with, 431) << step;
    EXPECT_EQ(parse("GET / HTTP/1.1\r\nHost: " + std::string(2000, 'x'), step, limits).refused_with,
              431)
        << step;
  }
}

TEST(RequestParser, BoundsChunkExtensionsAndTrailers) {
  const Limits limits{.header_bytes_max = 1000};
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

  EXPECT_EQ(parse(head + "1;" + std::string(2000, 'x'), 100, limits).refused_with, 431);
  EXPECT_EQ(parse(head + "0\r\nA: " + std::string(2000, 'x'), 100, limits).refused_with, 431);
}

TEST(RequestParser, CountsChunksTogetherAgainstTheLimit) {
  const Limits limits{.body_bytes_max = 10};
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

  EXPECT_TRUE(parse(head + "5\r\n12345\r\n5\r\n12345\r\n0\r\n\r\n", all_at_once, limits).is_done);
  EXPECT_EQ(
      parse(head + "5\r\n12345\r\n6\r\n123456\r\n0\r\n\r\n", all_at_once, limits).refused_with,
      413);
}

TEST(RequestParser, ExpectsContinueOnlyUntilTheBodyBegins) {
  RequestParser parser(Limits{});
  const std::string_view head =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n";

  EXPECT_EQ(parser.put(head), head.size());
  EXPECT_TRUE(parser.expects_continue());
  parser.put("a");
  EXPECT_FALSE(parser.expects_continue());
  parser.put("b");
  EXPECT_TRUE(parser.is_done());
}

}  // namespace
}  // namespace mailrail::http
