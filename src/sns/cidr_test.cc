#include "sns/cidr.h"

#include <string>

#include <gtest/gtest.h>

namespace mailrail::sns {
namespace {

std::string reason(const std::string& cidr) { return parse_cidr(cidr).error().message; }

TEST(Cidr, IsANetwork) { EXPECT_EQ(*parse_cidr("10.0.0.0/24"), *parse_ip_network("10.0.0.0/24")); }

TEST(Cidr, IsRefusedInTheWordsOfAws) {
  for (const std::string text : {"", "10.0.0.0", "10.0.0.0/", "10.0.0.0/8/8", "/"})
    EXPECT_EQ(reason(text), "Malformed CIDR, one '/' required") << text;
  for (const std::string text : {"10.0.0.0/x", "10.0.0.0/8 ", "10.0.0.0/99999999999"})
    EXPECT_EQ(reason(text), "Malformed CIDR, mask bits must be an integer") << text;
  EXPECT_EQ(reason("10.0.0.0/-1"), "Malformed CIDR, mask bits must not be negative");
  EXPECT_EQ(reason("10.0.0/8"), "Nonstandard IP address: 10.0.0");
  EXPECT_EQ(reason("/8"), "Nonstandard IP address: ");
  EXPECT_EQ(reason("10.0.0.0/33"), "IPv4 mask bits must be < 33");
  EXPECT_EQ(reason("::/129"), "IPv6 mask bits must be < 129");
}

}  // namespace
}  // namespace mailrail::sns
