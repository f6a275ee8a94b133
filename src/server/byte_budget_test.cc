#include "server/byte_budget.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace mailrail::server {
namespace {

TEST(ByteBudget, LetsTheNextWaitUntilItFits) {
  for (int round = 0; round < 200; ++round) {
    ByteBudget budget(10);
    std::atomic<std::size_t> held = 8;
    budget.take(8);

    std::thread next([&] {
      budget.take(3);
      EXPECT_EQ(held, 0u);
    });
    held = 0;
    budget.give_back(8);
    next.join();
  }
}

TEST(ByteBudget, LetsOneHaveMoreThanTheMaximumIfNobodyElseHasAny) {
  ByteBudget budget(10);

  budget.take(100);
  budget.give_back(100);
  budget.take(10);
}

TEST(ByteBudget, SaysWhereItWouldHaveToWait) {
  ByteBudget budget(100);

  EXPECT_TRUE(budget.try_take(60));
  EXPECT_FALSE(budget.try_take(41));
  EXPECT_TRUE(budget.try_take(40));
  budget.give_back(100);

  EXPECT_TRUE(budget.try_take(1000));  // Nobody else holds any.
  EXPECT_FALSE(budget.try_take(1));
}

}  // namespace
}  // namespace mailrail::server
