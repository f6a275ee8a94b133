#include "api/key_rates.h"

#include <memory>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/context.h"
#include "api/errors.h"
#include "auth/limits.h"

namespace mailrail::api {
namespace {

constexpr Instant start = from_unix_ms(1'700'000'000'000);

class HoldingBack : public testing::Test {
 protected:
  std::optional<HeldBack> ask(Instant now) {
    std::optional<Instant> place;
    return hold_back(context, now, place);
  }

  void allow(std::optional<std::uint32_t> calls_per_second) {
    context.caller.grant = std::make_shared<const auth::Grant>(
        auth::Grant{.key_id = "MRKA", .name = "web", .calls_per_second = calls_per_second});
  }

  KeyRates rates;
  Context context{.throttled = &errors::request_throttled, .key_rates = &rates};
};

TEST_F(HoldingBack, IsForKeysThatHaveARate) {
  EXPECT_FALSE(ask(start)) << "no keys are in force";
  allow({});
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(ask(start));
  EXPECT_EQ(rates.size(), 0u);
}

TEST_F(HoldingBack, LetsWhoIsALittleEarlyWaitAndRefusesWhoIsMuchTooEarly) {
  allow(20);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(ask(start));
  std::optional<Instant> place;

  const auto early = hold_back(context, start, place);
  ask(start);
  const auto refused = ask(start);

  ASSERT_TRUE(early);
  EXPECT_EQ(early->decision.verdict, broker::Decision::Verdict::wait);
  EXPECT_EQ(early->decision.queue, broker::no_queue);
  EXPECT_EQ(early->decision.deadline, start + 50ms);
  EXPECT_FALSE(hold_back(context, start + 50ms, place)) << "it has its place";
  EXPECT_FALSE(hold_back(context, start + 20s, place))
      << "and takes no other, however long it polls";
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->decision.verdict, broker::Decision::Verdict::answer);
  EXPECT_EQ(refused->otherwise,
            (Error{.kind = &errors::request_throttled,
                   .message = "The key web may make 20 calls a second. Call more slowly, put more "
                              "into a call, or give it a key with a larger --rate."}));
}

TEST_F(HoldingBack, KeepsKeysApart) {
  allow(1);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(ask(start));
  EXPECT_TRUE(ask(start));

  context.caller.grant = std::make_shared<const auth::Grant>(
      auth::Grant{.key_id = "OTHER", .name = "web", .calls_per_second = 1});

  EXPECT_FALSE(ask(start));
}

TEST(KeyRates, ForgetKeysThatHaveLongBeenSilent) {
  KeyRates rates;
  for (std::size_t i = 0; i < auth::keys_max; ++i)
    rates.take({.key_id = fmt::format("KEY{}", i), .calls_per_second = 5}, start);
  EXPECT_EQ(rates.size(), auth::keys_max);

  rates.take({.key_id = "one more", .calls_per_second = 5}, start + 20s);

  EXPECT_EQ(rates.size(), 1u);
}

}  // namespace
}  // namespace mailrail::api
