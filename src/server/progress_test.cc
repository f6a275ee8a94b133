#include "server/progress.h"

#include <gtest/gtest.h>

namespace mailrail::server {
namespace {

TEST(Progress, TellsEachPercentageOnce) {
  Progress progress(Position(1200));

  EXPECT_EQ(progress.reached(Position(1000)), 0u);
  EXPECT_EQ(progress.reached(Position(1001)), std::nullopt);
  EXPECT_EQ(progress.reached(Position(1100)), 50u);
  EXPECT_EQ(progress.reached(Position(1199)), 99u);
  EXPECT_EQ(progress.reached(Position(1200)), std::nullopt);  // It is not done yet.
}

TEST(Progress, KnowsNothingOfALogThatIsEmpty) {
  Progress progress(Position(7));

  EXPECT_EQ(progress.reached(Position(7)), 0u);
}

}  // namespace
}  // namespace mailrail::server
