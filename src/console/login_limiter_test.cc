#include "console/login_limiter.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace mailrail::console {
namespace {

constexpr Instant now = from_unix_ms(1'735'689'600'000);

void fail(LoginLimiter& limiter, std::string_view address, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    EXPECT_TRUE(limiter.may_try(address, now)) << address;
    limiter.failed(address);
  }
}

// One failure of each of so many addresses.
void fail_everywhere(LoginLimiter& limiter, std::size_t addresses) {
  for (std::size_t i = 0; i < addresses; ++i)
    fail(limiter, fmt::format("10.1.{}.{}", i / 250, i % 250), 1);
}

TEST(LoginLimiter, LetsAnAddressFailTenTimesAMinute) {
  LoginLimiter limiter;
  fail(limiter, "192.0.2.7", LoginLimiter::of_address_max);

  EXPECT_FALSE(limiter.may_try("192.0.2.7", now + 59s));
  EXPECT_TRUE(limiter.may_try("192.0.2.8", now + 59s));
  EXPECT_TRUE(limiter.may_try("192.0.2.7", now + 60s));
}

TEST(LoginLimiter, KeepsNobodyOutWhoHasNotFailed) {
  LoginLimiter limiter;
  fail_everywhere(limiter, LoginLimiter::of_all_max);

  EXPECT_FALSE(limiter.may_try("10.1.0.0", now));
  EXPECT_TRUE(limiter.may_try("192.0.2.7", now));
}

TEST(LoginLimiter, TakesANetOfIpv6ForOneAddress) {
  LoginLimiter limiter;
  fail(limiter, "2001:db8:0:1::1", LoginLimiter::of_address_max);

  EXPECT_FALSE(limiter.may_try("2001:db8:0:1:ffff::2", now));
  EXPECT_TRUE(limiter.may_try("2001:db8:0:2::1", now));
  fail(limiter, "fe80::1%eth0", LoginLimiter::of_address_max);
  EXPECT_FALSE(limiter.may_try("fe80::2", now));
}

TEST(LoginLimiter, RemembersSoManyAddressesAndNoMore) {
  LoginLimiter limiter;
  fail_everywhere(limiter, LoginLimiter::addresses_max + 1);

  EXPECT_EQ(limiter.addresses(), 1u);
}

}  // namespace
}  // namespace mailrail::console
