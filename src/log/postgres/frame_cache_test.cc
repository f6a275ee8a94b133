#include "log/postgres/frame_cache.h"

#include <gtest/gtest.h>

namespace mailrail::log::postgres {
namespace {

TEST(FrameCache, GivesAnyPartOfAFrameAndNothingElse) {
  FrameCache cache(100);
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
  FrameCache cache(10);
  for (std::uint64_t begin = 0; begin < 1000; begin += 100)
    cache.add(Position(begin), std::string(4, static_cast<char>('a' + begin / 100)));

  EXPECT_EQ(cache.read(Position(700), 4), std::nullopt);
  EXPECT_EQ(cache.read(Position(800), 4), "iiii");
  EXPECT_EQ(cache.read(Position(900), 4), "jjjj");
}

TEST(FrameCache, CountsWhatIsAddedAgainOnce) {
  FrameCache cache(10);
  cache.add(Position(0), "first");
  for (int i = 0; i < 9; ++i) cache.add(Position(100), "again");

  EXPECT_EQ(cache.read(Position(0), 5), "first");
  EXPECT_EQ(cache.read(Position(100), 5), "again");
}

TEST(FrameCache, LeavesOutWhatIsLongerThanItsBound) {
  FrameCache cache(10);
  cache.add(Position(0), "first");

  cache.add(Position(100), std::string(11, 'x'));

  EXPECT_EQ(cache.read(Position(0), 5), "first");
  EXPECT_EQ(cache.read(Position(100), 1), std::nullopt);
}

TEST(FrameCache, ForgetsWhatIsInTheLogNoMore) {
  FrameCache cache(20);
  for (const std::uint64_t begin : {0, 100, 200}) cache.add(Position(begin), "01234");

  cache.forget(Position(0), Position(200));
  cache.add(Position(300), "0123456789");

  EXPECT_EQ(cache.read(Position(0), 5), std::nullopt);
  EXPECT_EQ(cache.read(Position(100), 5), std::nullopt);
  EXPECT_EQ(cache.read(Position(200), 5), "01234");
  EXPECT_EQ(cache.read(Position(300), 1), "0");
}

}  // namespace
}  // namespace mailrail::log::postgres
