#include "client/turnstile.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::client {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

std::vector<int> let_through(Turnstile<int>& turnstile) {
  std::vector<int> items;
  while (const auto next = turnstile.next()) items.push_back(next->item);
  return items;
}

TEST(Turnstile, LetsThroughInTurnsOfHostsAndInOrderWithinOne) {
  Turnstile<int> turnstile(100, 100);
  for (const int each : {1, 2, 3}) turnstile.come("a", each);
  for (const int each : {10, 20}) turnstile.come("b", each);

  EXPECT_THAT(let_through(turnstile), ElementsAre(1, 10, 2, 20, 3));
}

TEST(Turnstile, LetsInSoManyOfAHost) {
  Turnstile<int> turnstile(100, 2);
  for (const int each : {1, 2, 3, 4}) turnstile.come("a", each);
  turnstile.come("b", 10);

  EXPECT_THAT(let_through(turnstile), ElementsAre(1, 10, 2));
  turnstile.leave("b");
  EXPECT_THAT(let_through(turnstile), ElementsAre());
  turnstile.leave("a");
  EXPECT_THAT(let_through(turnstile), ElementsAre(3));
  turnstile.leave("a");
  turnstile.leave("a");
  EXPECT_THAT(let_through(turnstile), ElementsAre(4));
}

TEST(Turnstile, LetsInSoManyOfAll) {
  Turnstile<int> turnstile(3, 2);
  for (const int each : {1, 2, 3}) turnstile.come("a", each);
  for (const int each : {10, 20}) turnstile.come("b", each);

  EXPECT_THAT(let_through(turnstile), ElementsAre(1, 10, 2));
  turnstile.leave("a");
  EXPECT_THAT(let_through(turnstile), ElementsAre(20));
  turnstile.leave("b");
  EXPECT_THAT(let_through(turnstile), ElementsAre(3));
}

TEST(Turnstile, SaysWhoseTheItemIs) {
  Turnstile<int> turnstile(1, 1);
  turnstile.come("a", 1);

  EXPECT_EQ(turnstile.next()->host, "a");
}

TEST(Turnstile, SendsAwayAllWhoWait) {
  Turnstile<int> turnstile(3, 2);
  for (const int each : {1, 2, 3}) turnstile.come("a", each);
  for (const int each : {10, 20}) turnstile.come("b", each);
  let_through(turnstile);

  EXPECT_THAT(turnstile.send_away(), UnorderedElementsAre(3, 20));
  EXPECT_THAT(let_through(turnstile), ElementsAre());
}

}  // namespace
}  // namespace mailrail::client
