#include "base/mapped_allocator.h"

#include <fstream>
#include <memory>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace mailrail {
namespace {

// Of the whole process, with what nobody has touched yet.
std::size_t address_space_bytes() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(MappedAllocator, GivesALargeBlockBackAtOnceAlsoFromTheMiddle) {
  using Bytes = std::vector<char, MappedAllocator<char>>;
  constexpr std::size_t block_bytes = std::size_t{1} << 20;
  const std::size_t before = address_space_bytes();
  std::vector<Bytes> blocks;
  for (int i = 0; i < 64; ++i) blocks.emplace_back(block_bytes, 'a');
  ASSERT_GE(address_space_bytes(), before + 64 * block_bytes);

  for (std::size_t i = 0; i + 1 < blocks.size(); ++i) Bytes().swap(blocks[i]);

  EXPECT_LT(address_space_bytes(), before + 4 * block_bytes);
  EXPECT_EQ(blocks.back()[block_bytes - 1], 'a');
}

TEST(MappedAllocator, HoldsValuesOfEverySize) {
  std::vector<int, MappedAllocator<int>> values;
  for (int i = 0; i < 200'000; ++i) values.push_back(i);
  values.shrink_to_fit();

  EXPECT_EQ(std::accumulate(values.begin(), values.end(), std::int64_t{0}), 19'999'900'000);
}

}  // namespace
}  // namespace mailrail
