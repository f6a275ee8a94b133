#include "client/target.h"

#include <gtest/gtest.h>

namespace mailrail::client {
namespace {

std::string authority(const std::string& url) {
  const auto target = parse_target(url);
  return target ? target->authority : target.error().message;
}

TEST(Target, IsHostAndPort) {
  EXPECT_EQ(authority("https://Example.COM/path?query"), "example.com:443");
  EXPECT_EQ(authority("HTTP://example.com"), "example.com:80");
  EXPECT_EQ(authority("http://example.com:8080/"), "example.com:8080");
  EXPECT_EQ(authority("http://[::1]:99/"), "[::1]:99");
}

TEST(Target, HasNeitherNameNorPassword) {
  EXPECT_EQ(authority("https://user:secret@example.com/"), "example.com:443");
}

TEST(Target, IsAnAddressHoweverItIsSpelt) {
  for (const char* each : {"http://2130706433/", "http://0177.0.0.1/", "http://0x7f.1/"})
    EXPECT_EQ(authority(each), "127.0.0.1:80") << each;
}

TEST(Target, IsOnlyHttp) {
  EXPECT_EQ(authority("ftp://example.com/"),
            "The URL must begin with http:// or https://, not ftp://.");
  EXPECT_EQ(authority("file:///etc/passwd"),
            "The URL must begin with http:// or https://, not file://.");
}

TEST(Target, IsNothingElse) {
  for (const std::string& each :
       {std::string(), std::string("example.com"), std::string("http://"),
        std::string("http://a b/"), std::string("http://a\r\nb/"), std::string("http://a:99999/"),
        std::string("http://a/\0b", 11)}) {
    EXPECT_FALSE(parse_target(each)) << each;
  }
}

}  // namespace
}  // namespace mailrail::client
