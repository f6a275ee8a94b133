#include "http/address_book.h"

#include <gtest/gtest.h>

namespace mailrail::http {
namespace {

using Key = AddressBook::Key;
using Loopback = AddressLimits::Loopback;

constexpr std::uint32_t there = 0xc0000207;  // 192.0.2.7
constexpr std::uint32_t here = 0x7f000001;

constexpr AddressBook::Steady::time_point noon(std::chrono::hours(12));

std::array<unsigned char, 16> ipv6(unsigned char net, unsigned char host) {
  return {0x20, 1, 0x0d, 0xb8, 0, 0, 0, net, 0, 0, 0, 0, 0, 0, 0, host};
}

TEST(AddressBook, LetsAnAddressHaveSoManyConnections) {
  AddressBook book({.connections_max = 2});
  const Key key = book.key_of_ipv4(there);

  EXPECT_TRUE(book.enter(key));
  EXPECT_TRUE(book.enter(key));
  EXPECT_FALSE(book.enter(key));
  EXPECT_TRUE(book.enter(book.key_of_ipv4(there + 1)));
  book.leave(key);

  EXPECT_TRUE(book.enter(key));
}

TEST(AddressBook, ForgetsWhoHasLeft) {
  AddressBook book({.connections_max = 2});
  const Key key = book.key_of_ipv4(there);

  book.enter(key);
  book.leave(key);

  EXPECT_EQ(book.size(), 0u);
}

TEST(AddressBook, TakesANetOfIpv6ForOneAddress) {
  const AddressBook book({});

  EXPECT_EQ(book.key_of_ipv6(ipv6(1, 1)), book.key_of_ipv6(ipv6(1, 2)));
  EXPECT_NE(book.key_of_ipv6(ipv6(1, 1)), book.key_of_ipv6(ipv6(2, 1)));
}

TEST(AddressBook, TakesIpv4InIpv6ForIpv4) {
  const AddressBook book({});

  EXPECT_EQ(book.key_of_ipv6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7}),
            book.key_of_ipv4(there));
}

TEST(AddressBook, ExemptsLoopbackUnlessTold) {
  const AddressBook exempting({});
  const AddressBook counting({.loopback = Loopback::counted});

  EXPECT_EQ(exempting.key_of_ipv4(here), Key::uncounted);
  EXPECT_EQ(exempting.key_of_ipv6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
            Key::uncounted);
  EXPECT_NE(counting.key_of_ipv4(here), Key::uncounted);
}

TEST(AddressBook, GrantsARateAndASecondsWorthAtOnce) {
  AddressBook book({.requests_per_second = 2});
  const Key key = book.key_of_ipv4(there);
  book.enter(key);

  EXPECT_EQ(book.ask(key, noon), Pace::granted);
  EXPECT_EQ(book.ask(key, noon), Pace::granted);
  EXPECT_EQ(book.ask(key, noon), Pace::too_fast);
  EXPECT_EQ(book.ask(key, noon + std::chrono::milliseconds(400)), Pace::too_fast);
  EXPECT_EQ(book.ask(key, noon + std::chrono::milliseconds(500)), Pace::granted);
  EXPECT_EQ(book.ask(key, noon + std::chrono::milliseconds(500)), Pace::too_fast);
}

TEST(AddressBook, RemembersThePaceOfWhoComesAgain) {
  AddressBook book({.requests_per_second = 1});
  const Key key = book.key_of_ipv4(there);
  book.enter(key);
  EXPECT_EQ(book.ask(key, noon), Pace::granted);
  book.leave(key);

  book.enter(key);

  EXPECT_EQ(book.ask(key, noon), Pace::too_fast);
}

TEST(AddressBook, RemembersSoManyAndNoMore) {
  AddressBook book({.requests_per_second = 1});

  for (std::uint32_t i = 0; i < 2 * AddressBook::remembered_max; ++i) {
    book.enter(book.key_of_ipv4(i));
    book.leave(book.key_of_ipv4(i));
  }

  EXPECT_EQ(book.size(), AddressBook::remembered_max);
}

}  // namespace
}  // namespace mailrail::http
