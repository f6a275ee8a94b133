#include "log/postgres/frame_cache.h"

#include <gtest/gtest.h>

namespace mailrail::log::postgres {
namespace {

TEST(FrameCache, GivesAnyPartOfAFrameAndNothingElse) {
  FrameCache cache(1000);
  cache.add(Position(128), "hello");
  cache.add(Position(261), "world");

  EXPECT_EQ(cache.read(Position(128), 5), "hello");
  EXPECT_EQ(cache.read(Position(262), 3), "orl");
  EXPECT_EQ(cache.read(Position(127), 1), std::nullopt);
  EXPECT_EQ(cache.read(Position(132), 2), std::nullopt);
  EXPECT_EQ(cache.read(Position(133), 1), std::nullopt);
  EXPECT_EQ(cache.read(Position(266), 1), std::nullopt);
  EXPECT_EQ(cache.read(Position(~std::uint64_t{0}), ~std::size_t{0}), std::nullopt);
}

TEST(FrameCache, KeepsWhatWasAddedLastWithinItsBound) {
  FrameCache cache(10'000);
  for (std::uint64_t i = 0; i < 10; ++i)
    cache.add(Position(10'000 * i), std::string(4000, static_cast<char>('a' + i)));

  EXPECT_EQ(cache.read(Position(70'000), 1), std::nullopt);
  EXPECT_EQ(cache.read(Position(80'000), 4), "iiii");
  EXPECT_EQ(cache.read(Position(90'000), 4), "jjjj");
}

TEST(FrameCache, CountsWhatIsAddedAgainOnce) {
  FrameCache cache(10'000);
  cache.add(Position(0), std::string(4000, 'a'));
  for (int i = 0; i < 9; ++i) cache.add(Position(10'000), std::string(4000, 'b'));

  EXPECT_EQ(cache.read(Position(0), 1), "a");
  EXPECT_EQ(cache.read(Position(10'000), 1), "b");
}

// Or whoever works off a backlog of long frames would read each again for every body.
TEST(FrameCache, KeepsTheLastOneHoweverLong) {
  FrameCache cache(10'000);
  cache.add(Position(0), "first");

  cache.add(Position(100), std::string(20'000, 'x'));
  EXPECT_EQ(cache.read(Position(0), 5), std::nullopt);
  EXPECT_EQ(cache.read(Position(20'099), 1), "x");
  cache.add(Position(30'000), "next");

  EXPECT_EQ(cache.read(Position(100), 1), std::nullopt);
  EXPECT_EQ(cache.read(Position(30'000), 4), "next");
}

TEST(FrameCache, KeepsNothingWithoutRoom) {
  FrameCache cache(0);
  cache.add(Position(0), "first");

  EXPECT_EQ(cache.read(Position(0), 5), std::nullopt);
}

TEST(FrameCache, ForgetsWhatIsNeededNoMore) {
  FrameCache cache(10'000);
  for (const std::uint64_t begin : {0, 10'000, 20'000})
    cache.add(Position(begin), std::string(3000, 'x'));

  cache.forget(Position(0), Position(20'000));
  cache.add(Position(30'000), std::string(6000, 'y'));

  EXPECT_EQ(cache.read(Position(0), 1), std::nullopt);
  EXPECT_EQ(cache.read(Position(10'000), 1), std::nullopt);
  EXPECT_EQ(cache.read(Position(20'000), 1), "x");
  EXPECT_EQ(cache.read(Position(30'000), 1), "y");
}

}  // namespace
}  // namespace mailrail::log::postgres
