#include "sns/endpoint.h"

#include <gtest/gtest.h>

namespace mailrail::sns {
namespace {

TEST(Endpoint, IsShownWithoutThePasswordOfAUrl) {
  EXPECT_EQ(shown_endpoint("http://user:secret@host/path"), "http://user:****@host/path");
  EXPECT_EQ(shown_endpoint("https://user:s@cr:t@host:8080?a=b"), "https://user:****@host:8080?a=b");
  EXPECT_EQ(shown_endpoint("http://user:@host"), "http://user:****@host");
}

TEST(Endpoint, IsShownAsItIsWithoutAPassword) {
  for (const char* text : {"http://user@host/path", "http://host:80/a:b@c", "http://host/?u:p@h",
                           "arn:aws:sqs:us-east-1:000000000000:q", ""}) {
    EXPECT_EQ(shown_endpoint(text), text);
  }
}

TEST(Endpoint, NeedsAHostBehindAPassword) {
  EXPECT_TRUE(parse_endpoint("http", "http://user:secret@host/"));
  EXPECT_TRUE(parse_endpoint("http", "http://[::1]:80/"));
  EXPECT_FALSE(parse_endpoint("http", "http://user:secret@/"));
  EXPECT_FALSE(parse_endpoint("http", "http://user:secret@:80/"));
}

}  // namespace
}  // namespace mailrail::sns
