#include "base/ip_network.h"

#include <string>

#include <gtest/gtest.h>

namespace mailrail {
namespace {

bool is_in(const std::string& network, const std::string& address) {
  return parse_ip_network(network)->contains(*parse_ip_address(address));
}

NetworkFlaw flaw(const std::string& network) { return parse_ip_network(network).error(); }

TEST(IpAddress, IsReadInEachOfItsSpellings) {
  EXPECT_EQ(parse_ip_address("10.0.0.1")->bytes[3], 1);
  EXPECT_EQ(parse_ip_address("::")->bytes, IpAddress().bytes);
  const auto full = parse_ip_address("2001:0db8:0000:0000:0000:0000:0000:0001");
  ASSERT_TRUE(full);
  for (const std::string same : {"2001:db8::1", "2001:DB8:0:0::1", "2001:db8:0:0:0:0:0:1",
                                 "2001:db8::0:0:1", "2001:db8::0.0.0.1"}) {
    EXPECT_EQ(parse_ip_address(same), full) << same;
  }
  EXPECT_EQ(parse_ip_address("1:2:3:4:5:6:1.2.3.4"), parse_ip_address("1:2:3:4:5:6:102:304"));
  EXPECT_EQ(parse_ip_address("1:2:3:4:5:6:7::"), parse_ip_address("1:2:3:4:5:6:7:0"));
  EXPECT_EQ(parse_ip_address("::2:3:4:5:6:7:8"), parse_ip_address("0:2:3:4:5:6:7:8"));
}

TEST(IpAddress, IsNothingElse) {
  for (const std::string text : {"",
                                 "1",
                                 "1.2.3",
                                 "1.2.3.4.5",
                                 "1.2.3.256",
                                 "1.2.3.",
                                 "1.2..4",
                                 "01.2.3.4",
                                 "1.2.3.4 ",
                                 "-1.2.3.4",
                                 "1.2.3.a",
                                 "::1%eth0",
                                 ":",
                                 ":::",
                                 "1::2::3",
                                 "1:2:3:4:5:6:7",
                                 "1:2:3:4:5:6:7:8:9",
                                 "12345::",
                                 "::g",
                                 "1:2:3:4:5:6:7:8::",
                                 "1.2.3.4::",
                                 "::1.2.3.4:5",
                                 "1:",
                                 ":1",
                                 "1:2:3:4:5:6:7:1.2.3.4",
                                 "::1:2:3:4:5:6:7:8",
                                 "1::2:",
                                 ":1::2",
                                 "::1.2.3"}) {
    EXPECT_FALSE(parse_ip_address(text)) << text;
  }
}

TEST(IpNetwork, HasTheAddressesThatBeginWithItsBits) {
  EXPECT_TRUE(is_in("10.0.0.0/24", "10.0.0.255"));
  EXPECT_FALSE(is_in("10.0.0.0/24", "10.0.1.0"));
  EXPECT_TRUE(is_in("10.1.1.0/23", "10.1.0.7"));
  EXPECT_FALSE(is_in("10.1.1.0/23", "10.1.2.0"));
  EXPECT_TRUE(is_in("0.0.0.0/0", "255.255.255.255"));
  EXPECT_TRUE(is_in("10.0.0.1/32", "10.0.0.1"));
  EXPECT_FALSE(is_in("10.0.0.1/32", "10.0.0.2"));
  EXPECT_TRUE(is_in("2001:db8::/33", "2001:0db8:7fff::1"));
  EXPECT_FALSE(is_in("2001:db8::/33", "2001:db8:8000::"));
  EXPECT_TRUE(is_in("::1/128", "0:0:0:0:0:0:0:1"));
}

TEST(IpNetwork, OfOneVersionHasNoAddressOfTheOther) {
  EXPECT_FALSE(is_in("::/0", "10.0.0.1"));
  EXPECT_FALSE(is_in("0.0.0.0/0", "::"));
}

TEST(IpNetwork, IsNothingElse) {
  for (const std::string text : {"", "10.0.0.0", "10.0.0.0/", "10.0.0.0/8/8", "/"})
    EXPECT_EQ(flaw(text), NetworkFlaw::not_one_slash) << text;
  for (const std::string text : {"10.0.0.0/x", "10.0.0.0/8 ", "10.0.0.0/99999999999"})
    EXPECT_EQ(flaw(text), NetworkFlaw::bits_no_integer) << text;
  EXPECT_EQ(flaw("10.0.0.0/-1"), NetworkFlaw::bits_negative);
  EXPECT_EQ(flaw("10.0.0/8"), NetworkFlaw::no_address);
  EXPECT_EQ(flaw("/8"), NetworkFlaw::no_address);
  EXPECT_EQ(flaw("10.0.0.0/33"), NetworkFlaw::bits_beyond_address);
  EXPECT_EQ(flaw("::/129"), NetworkFlaw::bits_beyond_address);
}

}  // namespace
}  // namespace mailrail
