#include "base/slabs.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/heap_testing.h"
#include "base/random.h"

namespace mailrail {
namespace {

struct Block {
  char* place;
  std::size_t bytes;
  char content;
};

void fill(const Block& block) { std::memset(block.place, block.content, block.bytes); }

void expect_intact(const Block& block) {
  const std::string wanted(block.bytes, block.content);
  ASSERT_EQ(std::memcmp(block.place, wanted.data(), block.bytes), 0) << block.bytes << " bytes";
}

TEST(Slabs, KeepBlocksOfAllSizesApart) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    Slabs slabs;
    std::vector<Block> blocks;
    std::uint64_t asked_bytes = 0;
    for (int step = 0; step < 40'000; ++step) {
      const bool grows = step / 8000 % 2 == 0;
      if (blocks.empty() || random.below(4) < (grows ? 3u : 1u)) {
        const std::size_t bytes = random.below(1 + random.below(Slabs::block_bytes_max + 1));
        blocks.push_back({.place = slabs.take(bytes),
                          .bytes = bytes,
                          .content = static_cast<char>(random.below(256))});
        ASSERT_EQ(reinterpret_cast<std::uintptr_t>(blocks.back().place) % 16, 0u);
        fill(blocks.back());
        asked_bytes += bytes;
      } else {
        std::swap(blocks[random.below(blocks.size())], blocks.back());
        expect_intact(blocks.back());
        slabs.give_back(blocks.back().place, blocks.back().bytes);
        asked_bytes -= blocks.back().bytes;
        blocks.pop_back();
      }
      ASSERT_GE(slabs.used_bytes(), asked_bytes);
      ASSERT_GE(slabs.memory_bytes(), slabs.used_bytes());
      if (HasFatalFailure()) return;
    }
    for (const Block& each : blocks) {
      expect_intact(each);
      slabs.give_back(each.place, each.bytes);
    }
    EXPECT_EQ(slabs.used_bytes(), 0u);
  }
}

TEST(Slabs, WasteNoMoreThanAQuarter) {
  Slabs slabs;
  for (std::size_t bytes = 65; bytes <= Slabs::block_bytes_max; ++bytes) {
    char* const block = slabs.take(bytes);
    EXPECT_LE(slabs.used_bytes(), bytes + bytes / 4) << bytes;
    slabs.give_back(block, bytes);
  }
}

TEST(Slabs, GiveMemoryBackAlsoFromTheMiddle) {
  if (!MAILRAIL_HEAP_IS_GLIBC) GTEST_SKIP() << "A sanitizer's heap is not glibc's.";
  constexpr std::size_t many = 100'000;
  constexpr std::size_t bytes = 256;
  Slabs slabs;
  std::vector<char*> blocks(many);
  const double before = memory_in_use();
  for (char*& each : blocks) each = slabs.take(bytes);
  EXPECT_GE(memory_in_use() - before, many * bytes);
  EXPECT_NEAR(memory_in_use() - before, static_cast<double>(slabs.memory_bytes()), 4096);

  for (std::size_t i = 0; i + 1 < many; ++i) slabs.give_back(blocks[i], bytes);

  EXPECT_LE(slabs.memory_bytes(), 4 * Slabs::slab_bytes);
  EXPECT_NEAR(memory_in_use() - before, static_cast<double>(slabs.memory_bytes()), 4096);
  slabs.give_back(blocks.back(), bytes);
}

std::size_t mappings() {
  std::ifstream maps("/proc/self/maps");
  return static_cast<std::size_t>(
      std::count(std::istreambuf_iterator<char>(maps), std::istreambuf_iterator<char>(), '\n'));
}

TEST(Slabs, AreFewMappings) {
  constexpr std::size_t many = 8000;
  Slabs slabs;
  std::vector<char*> blocks(many);
  const std::size_t before = mappings();
  for (char*& each : blocks) each = slabs.take(Slabs::block_bytes_max);
  ASSERT_GE(slabs.memory_bytes(), many / 8 * Slabs::slab_bytes);

  EXPECT_LE(mappings(), before + 20);

  for (char* each : blocks) slabs.give_back(each, Slabs::block_bytes_max);
}

// Else much of the memory could be room that nobody who comes can use, and no limit would see it.
TEST(Slabs, CommitWhatOnlyOneSizeCanTake) {
  constexpr std::size_t many = 20'000;
  constexpr std::size_t bytes = 160;
  Slabs slabs;
  std::vector<char*> blocks(many);
  for (char*& each : blocks) each = slabs.take(bytes);
  EXPECT_GE(slabs.committed_bytes(), many * bytes);
  EXPECT_LE(slabs.committed_bytes(), slabs.memory_bytes());

  for (std::size_t i = 0; i < many; ++i) {
    if (i % 100 != 0) slabs.give_back(blocks[i], bytes);
  }
  EXPECT_GE(slabs.committed_bytes(), slabs.memory_bytes() - 4 * Slabs::slab_bytes);
  EXPECT_GT(slabs.committed_bytes(), 10 * slabs.used_bytes());

  for (std::size_t i = 0; i < many; i += 100) slabs.give_back(blocks[i], bytes);
  EXPECT_EQ(slabs.committed_bytes(), 0u);
}

// What comes and goes by itself would else map and unmap a slab each time.
TEST(Slabs, KeepAFewThatAreEmptyForTheNext) {
  Slabs slabs;
  char* const first = slabs.take(100);
  slabs.give_back(first, 100);
  EXPECT_EQ(slabs.memory_bytes(), Slabs::slab_bytes);

  char* const other = slabs.take(2000);
  EXPECT_EQ(slabs.memory_bytes(), Slabs::slab_bytes);
  slabs.give_back(other, 2000);
}

TEST(Slabs, LeaveTheHeapToOthers) {
  if (!MAILRAIL_HEAP_IS_GLIBC) GTEST_SKIP() << "A sanitizer's heap is not glibc's.";
  Slabs slabs;
  const std::size_t before = ::mallinfo2().uordblks;
  using Allocator = SlabAllocator<std::pair<const int, int>>;
  std::map<int, int, std::less<>, Allocator> map{Allocator(slabs)};
  for (int i = 0; i < 10'000; ++i) map.emplace(i, i);

  EXPECT_EQ(::mallinfo2().uordblks, before);
  EXPECT_EQ(map.at(9'999), 9'999);
}

TEST(SlabsDeathTest, TakeNothingLarge) {
  Slabs slabs;
  EXPECT_DEATH(slabs.take(Slabs::block_bytes_max + 1), "block_bytes_max");
}

TEST(SlabsDeathTest, NoticeABlockOfAnotherSize) {
  Slabs slabs;
  char* const block = slabs.take(100);
  EXPECT_DEATH(slabs.give_back(block, 1000), "size_class");
  slabs.give_back(block, 100);
}

}  // namespace
}  // namespace mailrail
