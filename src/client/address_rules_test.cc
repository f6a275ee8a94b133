#include "client/address_rules.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::client {
namespace {

using ::testing::HasSubstr;
using Default = AddressRules::Default;

std::vector<IpNetwork> ranges(std::initializer_list<const char*> texts) {
  std::vector<IpNetwork> all;
  for (const char* each : texts) all.push_back(parse_address_range(each).value());
  return all;
}

std::string reason(const AddressRules& rules, const std::string& address) {
  return refusal(rules, parse_ip_address(address).value()).value_or("");
}

bool is_allowed(const AddressRules& rules, const std::string& address) {
  return reason(rules, address).empty();
}

TEST(AddressRules, DenyWhatIsNotOfThePublicInternet) {
  const AddressRules rules{.otherwise = Default::deny_private};

  for (const char* each : {"0.0.0.0",
                           "0.255.255.255",
                           "10.0.0.0",
                           "10.255.255.255",
                           "100.64.0.0",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.255",
                           "169.254.169.254",
                           "172.16.0.0",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.0.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::2",
                           "::127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::ffff:0:10.0.0.1",
                           "64:ff9b::10.0.0.1",
                           "64:ff9b::a9fe:a9fe",
                           "64:ff9b:1::1",
                           "100::1",
                           "2001::1",
                           "2001:1ff:ffff::1",
                           "2001:db8::1",
                           "2002:a00:1::",
                           "3fff::1",
                           "4000::1",
                           "5f00::1",
                           "8000::1",
                           "fc00::1",
                           "fd12:3456::1",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "ff02::1"}) {
    EXPECT_FALSE(is_allowed(rules, each)) << each;
  }
}

TEST(AddressRules, AllowThePublicInternet) {
  const AddressRules rules{.otherwise = Default::deny_private};

  for (const char* each :
       {"1.1.1.1",         "9.255.255.255",   "11.0.0.0",       "100.63.255.255",
        "100.128.0.0",     "126.255.255.255", "128.0.0.0",      "169.253.255.255",
        "169.255.0.0",     "172.15.255.255",  "172.32.0.0",     "192.0.1.0",
        "192.0.3.0",       "192.167.255.255", "192.169.0.0",    "198.17.255.255",
        "198.20.0.0",      "223.255.255.255", "2001:200::1",    "2001:4860:4860::8888",
        "2606:4700::1111", "3ffe::1",         "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"}) {
    EXPECT_EQ(reason(rules, each), "") << each;
  }
}

TEST(AddressRules, AllowAllIfTheySaySo) {
  const AddressRules rules{.otherwise = Default::allow_all};

  for (const char* each : {"127.0.0.1", "169.254.169.254", "::1", "ff02::1", "1.1.1.1"})
    EXPECT_TRUE(is_allowed(rules, each)) << each;
}

TEST(AddressRules, GoByTheNarrowestRange) {
  for (const Default otherwise : {Default::allow_all, Default::deny_private}) {
    const AddressRules rules{.otherwise = otherwise,
                             .allowed = ranges({"10.0.0.0/8", "10.1.2.0/24", "fd00::/8"}),
                             .denied = ranges({"10.1.0.0/16", "10.1.2.3", "fd00:1::/32"})};

    EXPECT_TRUE(is_allowed(rules, "10.2.0.1"));
    EXPECT_FALSE(is_allowed(rules, "10.1.0.1"));
    EXPECT_TRUE(is_allowed(rules, "10.1.2.4"));
    EXPECT_FALSE(is_allowed(rules, "10.1.2.3"));
    EXPECT_TRUE(is_allowed(rules, "fd00::1"));
    EXPECT_FALSE(is_allowed(rules, "fd00:1::1"));
  }
}

TEST(AddressRules, DenyWhereBothAreEquallyNarrow) {
  const AddressRules rules{.otherwise = Default::allow_all,
                           .allowed = ranges({"10.0.0.0/8"}),
                           .denied = ranges({"10.0.0.0/8"})};

  EXPECT_FALSE(is_allowed(rules, "10.0.0.1"));
  EXPECT_TRUE(is_allowed(rules, "11.0.0.1"));
}

TEST(AddressRules, JudgeIpv4WithinIpv6AsIpv4) {
  const AddressRules rules{.otherwise = Default::allow_all,
                           .allowed = ranges({"::/0"}),
                           .denied = ranges({"10.0.0.0/8"})};

  EXPECT_FALSE(is_allowed(rules, "::ffff:10.0.0.1"));
  EXPECT_FALSE(is_allowed(rules, "64:ff9b::10.0.0.1"));
  EXPECT_TRUE(is_allowed(rules, "::ffff:11.0.0.1"));
  EXPECT_TRUE(is_allowed(rules, "64:ff9b:0:0:0:1:a00:1"));
}

TEST(AddressRules, SayWhichRangeAndWhatWouldAllowIt) {
  const AddressRules rules{.otherwise = Default::deny_private,
                           .denied = ranges({"1.2.0.0/16", "1.2.3.4"})};

  EXPECT_EQ(reason(rules, "169.254.169.254"),
            "169.254.169.254 is in 169.254.0.0/16, link-local, as clouds' metadata services are "
            "(RFC 3927), where webhooks don't go unless told; --webhook-allow 169.254.169.254/32 "
            "would allow it.");
  EXPECT_EQ(reason(rules, "::ffff:10.0.0.1"),
            "::ffff:10.0.0.1 (10.0.0.1) is in 10.0.0.0/8, a private network (RFC 1918), where "
            "webhooks don't go unless told; --webhook-allow 10.0.0.1/32 would allow it.");
  EXPECT_EQ(reason(rules, "1.2.0.1"),
            "1.2.0.1 is in 1.2.0.0/16, which --webhook-deny names; --webhook-allow 1.2.0.1/32 "
            "would allow it.");
  EXPECT_EQ(reason(rules, "1.2.3.4"),
            "1.2.3.4 is in 1.2.3.4/32, which --webhook-deny names; only leaving that out would "
            "allow it.");
  EXPECT_THAT(reason(rules, "255.255.255.255"), HasSubstr("255.255.255.255/32, broadcast"));
}

std::string range_or_refusal(const char* text) {
  const auto range = parse_address_range(text);
  return range ? range_text(*range) : range.error().message;
}

TEST(AddressRange, IsANetworkOrOneAddress) {
  for (const char* each : {"10.0.0.0/8", "0.0.0.0/0", "fd00::/8", "::/0", "::1/128", "::/32"})
    EXPECT_EQ(range_or_refusal(each), each);
  EXPECT_EQ(range_or_refusal("10.1.2.3"), "10.1.2.3/32");
  EXPECT_EQ(range_or_refusal("fd00::1"), "fd00::1/128");
}

TEST(AddressRange, IsRefusedWithWhatWouldBeRight) {
  for (const char* each : {"", "10", "10.0.0.0/33", "10.0.0.0/", "/8", "10.0.0.0-10.0.0.9",
                           "example.com", "10.0.0.0/255.0.0.0", "fe80::1%eth0", " 10.0.0.0/8"}) {
    EXPECT_EQ(range_or_refusal(each),
              "must be a range of addresses like 10.0.0.0/8, fd00::/8 or 10.1.2.3, not \"" +
                  std::string(each) + "\".");
  }
  EXPECT_EQ(range_or_refusal("10.1.2.3/8"),
            "must be 10.0.0.0/8, or 10.1.2.3 for that one address, not \"10.1.2.3/8\".");
  EXPECT_EQ(range_or_refusal("fd00::1/33"),
            "must be fd00::/33, or fd00::1 for that one address, not \"fd00::1/33\".");
  EXPECT_EQ(
      range_or_refusal("::ffff:10.0.0.0/104"),
      "must be 10.0.0.0/8, as IPv4 within IPv6 is judged as IPv4, not \"::ffff:10.0.0.0/104\".");
  EXPECT_EQ(range_or_refusal("64:ff9b::/96"),
            "must be 0.0.0.0/0, as IPv4 within IPv6 is judged as IPv4, not \"64:ff9b::/96\".");
}

TEST(AddressRules, JudgeTheMachinesOwnAddressesAsLoopback) {
  const AddressRules rules{.otherwise = Default::allow_all,
                           .denied = ranges({"127.0.0.0/8", "::1"})};
  for (const char* each : {"0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0"})
    EXPECT_FALSE(is_allowed(rules, each)) << each;
  EXPECT_TRUE(is_allowed(rules, "1.0.0.0"));
  EXPECT_TRUE(is_allowed({.allowed = ranges({"127.0.0.1"})}, "0.0.0.0"));
}

}  // namespace
}  // namespace mailrail::client
