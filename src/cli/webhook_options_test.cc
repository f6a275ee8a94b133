#include "cli/webhook_options.h"

#include <gtest/gtest.h>

#include "client/address_rules.h"

namespace mailrail::cli {
namespace {

using Default = client::AddressRules::Default;

client::AddressRules applied(const std::string& host, const WebhookOptions& given) {
  const auto options = with_webhooks({.host = host}, given);
  EXPECT_TRUE(options) << options.error().message;
  return options.value_or(server::Options{}).webhook_addresses;
}

std::string refusal(const WebhookOptions& given) {
  const auto options = with_webhooks({}, given);
  return options ? "" : options.error().message;
}

TEST(WebhookOptions, DenyPrivateRangesBeyondLoopback) {
  for (const char* each : {"127.0.0.1", "127.1.2.3", "localhost", "::1"})
    EXPECT_EQ(applied(each, {}), client::AddressRules{.otherwise = Default::allow_all}) << each;
  for (const char* each : {"0.0.0.0", "::", "10.0.0.1", "127.example.com"})
    EXPECT_EQ(applied(each, {}), client::AddressRules{.otherwise = Default::deny_private}) << each;
}

TEST(WebhookOptions, AreRangesOfAddresses) {
  const client::AddressRules rules =
      applied("0.0.0.0", {.allow = {"10.0.0.0/8", "fd00::1"}, .deny = {"10.1.0.0/16"}});

  EXPECT_EQ(rules.allowed,
            (std::vector{*parse_ip_network("10.0.0.0/8"), *parse_ip_network("fd00::1/128")}));
  EXPECT_EQ(rules.denied, (std::vector{*parse_ip_network("10.1.0.0/16")}));
}

TEST(WebhookOptions, AreRefusedWithWhatWouldBeRight) {
  EXPECT_EQ(refusal({.allow = {"10.0.0.0/8", "internal"}}),
            "--webhook-allow must be a range of addresses like 10.0.0.0/8, fd00::/8 or 10.1.2.3, "
            "not \"internal\".");
  EXPECT_EQ(refusal({.deny = {"10.1.2.3/8"}}),
            "--webhook-deny must be 10.0.0.0/8, or 10.1.2.3 for that one address, not "
            "\"10.1.2.3/8\".");
}

}  // namespace
}  // namespace mailrail::cli
