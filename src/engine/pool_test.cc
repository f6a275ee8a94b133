#include "engine/pool.h"

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include <gtest/gtest.h>
#include <malloc.h>

#include "base/heap_testing.h"
#include "base/random.h"

namespace mailrail::engine {
namespace {

struct Item {
  std::uint64_t value = 7;
  std::uint32_t other = 0;
};

TEST(Pool, GivesAFreshItemEveryTime) {
  Pool<Item> pool;
  const Index first = pool.take();
  pool[first] = {.value = 1, .other = 2};

  pool.give_back(first);
  const Index again = pool.take();

  EXPECT_EQ(pool[again].value, 7u);
  EXPECT_EQ(pool[again].other, 0u);
}

// Grows and shrinks over many pages; what is in use keeps its place and its value.
TEST(Pool, KeepsWhatIsInUseWhateverElseComesAndGoes) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    Pool<Item> pool;
    std::map<Index, std::uint64_t> used;
    std::vector<Index> indices;
    for (std::uint64_t step = 0; step < 40'000; ++step) {
      const bool grows = step / 8000 % 2 == 0;
      if (indices.empty() || random.below(4) < (grows ? 3u : 1u)) {
        const Index taken = pool.take();
        ASSERT_EQ(pool[taken].value, 7u);
        pool[taken].value = step;
        ASSERT_TRUE(used.emplace(taken, step).second) << "An index in use was given out again.";
        indices.push_back(taken);
      } else {
        std::swap(indices[random.below(indices.size())], indices.back());
        ASSERT_EQ(pool[indices.back()].value, used.at(indices.back()));
        pool.give_back(indices.back());
        used.erase(indices.back());
        indices.pop_back();
      }
      ASSERT_EQ(pool.size(), used.size());
    }
    for (const auto& [index, value] : used) ASSERT_EQ(pool[index].value, value);
  }
}

TEST(Pool, CanBeEmptiedAndFilledAgain) {
  Pool<Item> pool;
  for (int round = 0; round < 3; ++round) {
    std::vector<Index> indices;
    for (int i = 0; i < 5000; ++i) indices.push_back(pool.take());
    for (const Index each : indices) pool.give_back(each);
    EXPECT_EQ(pool.size(), 0u);
  }
}

// Else small allocations would be served from the holes between pages.
TEST(Pool, LeavesTheHeapToOthers) {
  if (!MAILRAIL_HEAP_IS_GLIBC) GTEST_SKIP() << "A sanitizer's heap is not glibc's.";
  using Wide = std::array<std::uint64_t, 6>;
  constexpr int many = 100'000;
  const std::size_t before = ::mallinfo2().uordblks;
  Pool<Wide> pool;
  for (int i = 0; i < many; ++i) pool.take();

  EXPECT_LT(::mallinfo2().uordblks - before, many * sizeof(Wide) / 100);
  EXPECT_GE(pool.memory_bytes(), many * sizeof(Wide));
}

}  // namespace
}  // namespace mailrail::engine
