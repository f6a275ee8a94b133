#include "client/fetch.h"

#include <future>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/endpoint_testing.h"

namespace mailrail::client {
namespace {

using testing::Connection;
using ::testing::ElementsAre;
using testing::Endpoint;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(Fetch, YieldsTheWholeAnswer) {
  Endpoint endpoint;

  auto fetched = std::async(std::launch::async, [url = endpoint.url()] {
    return fetch({.url = url, .headers = {{"X-A", "b"}}, .body = "question"});
  });
  Connection connection = endpoint.accept();
  EXPECT_THAT(connection.read_request(), HasSubstr("X-A: b\r\nContent-Length: 8\r\n\r\nquestion"));
  connection.send("HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n");
  connection.send("HTTP/1.1 403 No\r\nContent-Length: 6\r\nX-Padded:  c \r\n\r\nanswer");
  const auto answer = fetched.get();

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 403);
  EXPECT_THAT(answer->headers, ElementsAre(Pair("Content-Length", "6"), Pair("X-Padded", "c")));
  EXPECT_EQ(answer->body, "answer");
}

TEST(Fetch, SaysWhyThereIsNoAnswer) {
  EXPECT_EQ(fetch({.url = "here"}).error().message,
            "The URL cannot be read: Bad scheme. It must be like https://example.com/path.");

  Endpoint endpoint;
  const auto answer = fetch({.url = endpoint.url(), .timeout = 50ms});

  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("No answer of 127.0.0.1"));
}

}  // namespace
}  // namespace mailrail::client
