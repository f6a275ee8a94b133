#include "engine/live_bytes.h"

#include <gtest/gtest.h>

namespace mailrail::engine {
namespace {

constexpr std::uint64_t stretch = std::uint64_t{1} << 26;

Position at(std::uint64_t number, std::uint64_t offset = 100) {
  return Position(number * stretch + offset);
}

TEST(LiveBytes, KnowsTheOldestStretchThatIsNeeded) {
  LiveBytes live;
  live.add(at(5), 10);
  live.add(at(7), 20);
  live.add(at(7, 500), 30);

  EXPECT_EQ(live.total(), 60u);
  EXPECT_EQ(live.oldest(), at(5, 0));
  EXPECT_EQ(live.before(at(7)), 10u);
  live.remove(at(5), 10);
  EXPECT_EQ(live.oldest(), at(7, 0));
  EXPECT_EQ(live.before(at(8)), 50u);
}

TEST(LiveBytes, HasNoOldestWhenNothingIsNeeded) {
  LiveBytes live;
  live.add(at(3), 10);

  live.remove(at(3), 10);

  EXPECT_EQ(live.oldest(), std::nullopt);
  EXPECT_EQ(live.total(), 0u);
  live.add(at(2), 1);  // Also one before all that ever were.
  EXPECT_EQ(live.oldest(), at(2, 0));
}

TEST(LiveBytes, TakesOlderOnesAtARestart) {
  LiveBytes live;
  live.add(at(9), 1);

  live.add(at(4), 2);

  EXPECT_EQ(live.oldest(), at(4, 0));
  EXPECT_EQ(live.before(at(9)), 2u);
  EXPECT_EQ(LiveBytes::stretch_after(at(4)), at(5, 0));
}

}  // namespace
}  // namespace mailrail::engine
