#include "sim/sparse.h"

#include <string>

#include <gtest/gtest.h>

namespace mailrail::sim {
namespace {

std::string read(const Sparse& sparse, std::uint64_t offset, std::size_t bytes_max) {
  std::string out(bytes_max, '?');
  out.resize(sparse.read(offset, out));
  return out;
}

TEST(Sparse, HasZerosBehindWhatWasWritten) {
  Sparse sparse("ab");
  sparse.grow(5);
  sparse.grow(4);

  EXPECT_EQ(sparse.size(), 5u);
  EXPECT_EQ(sparse.all(), std::string("ab\0\0\0", 5));
  EXPECT_EQ(read(sparse, 1, 10), std::string("b\0\0\0", 4));
  EXPECT_EQ(read(sparse, 3, 1), std::string("\0", 1));
  EXPECT_EQ(read(sparse, 5, 1), "");
}

TEST(Sparse, KeepsWhatIsWrittenBehindAHole) {
  Sparse sparse;
  sparse.grow(3);
  sparse.overwrite(4, "xy");
  sparse.overwrite(1, "a");

  EXPECT_EQ(sparse.all(), std::string("\0a\0\0xy", 6));
}

TEST(Sparse, SaysWhetherSomethingIsThere) {
  Sparse sparse("ab");
  sparse.grow(4);

  EXPECT_TRUE(sparse.has(1, std::string_view("b\0\0", 3)));
  EXPECT_FALSE(sparse.has(1, "c"));
  EXPECT_FALSE(sparse.has(2, std::string_view("\0\0\0", 3)));
  EXPECT_FALSE(sparse.has(9, "a"));
}

}  // namespace
}  // namespace mailrail::sim
