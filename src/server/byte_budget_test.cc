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

}  // namespace
}  // namespace mailrail::server
