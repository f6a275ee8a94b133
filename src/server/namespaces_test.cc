#include "server/namespaces.h"

#include <gtest/gtest.h>

#include "auth/caller.h"
#include "base/time.h"

namespace mailrail::server {
namespace {

struct NamespacesTest : testing::Test {
  Namespaces namespaces;
  SeededRandom random{1};
  Namespaces::Time now{};
};

TEST_F(NamespacesTest, AreAccountsOfTheirOwn) {
  const auto one = namespaces.open(now + 1h, random);
  const auto other = namespaces.open(now + 1h, random);

  EXPECT_TRUE(one && auth::is_account(*one));
  EXPECT_NE(one, other);
}

TEST_F(NamespacesTest, EndWhenTheirTimeIsOver) {
  const auto longer = namespaces.open(now + 2h, random);
  const auto shorter = namespaces.open(now + 1h, random);

  EXPECT_EQ(namespaces.next_end(), now + 1h);
  EXPECT_TRUE(namespaces.take_ended(now + 59min).empty());
  EXPECT_EQ(namespaces.take_ended(now + 1h), std::vector{*shorter});
  EXPECT_EQ(namespaces.next_end(), now + 2h);
  EXPECT_EQ(namespaces.take_ended(now + 3h), std::vector{*longer});
  EXPECT_EQ(namespaces.next_end(), std::nullopt);
}

TEST_F(NamespacesTest, EndOnceWhenTheyAreClosed) {
  const auto account = namespaces.open(now + 1h, random);

  EXPECT_TRUE(namespaces.close(*account));
  EXPECT_FALSE(namespaces.close(*account));
  EXPECT_TRUE(namespaces.take_ended(now + 2h).empty());
}

TEST_F(NamespacesTest, AreBounded) {
  for (std::size_t i = 0; i < Namespaces::count_max; ++i)
    EXPECT_TRUE(namespaces.open(now + 1h, random));

  EXPECT_FALSE(namespaces.open(now + 1h, random));
}

}  // namespace
}  // namespace mailrail::server
