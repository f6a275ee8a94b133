#include "engine/returned.h"

#include <map>

#include <gtest/gtest.h>

#include "base/random.h"

namespace mailrail::engine {
namespace {

TEST(Returned, AlwaysGivesTheLowestSequenceNumberFirst) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    Pool<Entry> entries;
    Index root = no_index;
    std::map<Seq, Index> expected;
    for (int step = 0; step < 4000; ++step) {
      const Seq seq(random.below(500));
      const auto known = expected.find(seq);
      if (known == expected.end()) {
        const Index entry = entries.take();
        entries[entry].seq = seq;
        root = returned::insert(entries, root, entry);
        expected.emplace(seq, entry);
      } else {
        const auto gone = random.below(2) == 0 ? known : expected.begin();
        root = returned::erase(entries, root, gone->second);
        entries.give_back(gone->second);
        expected.erase(gone);
      }
      ASSERT_EQ(root == no_index, expected.empty());
      if (!expected.empty()) {
        ASSERT_EQ(returned::first(entries, root), expected.begin()->second);
      }
    }
    for (; !expected.empty(); expected.erase(expected.begin())) {
      ASSERT_EQ(returned::first(entries, root), expected.begin()->second);
      root = returned::erase(entries, root, expected.begin()->second);
    }
    EXPECT_EQ(root, no_index);
  }
}

// Hundreds of thousands may come back at once, in order: the tree must not become a list.
TEST(Returned, TakesAHundredThousandInOrder) {
  Pool<Entry> entries;
  Index root = no_index;
  constexpr std::uint64_t count = 100'000;

  for (std::uint64_t i = 0; i < count; ++i) {
    const Index entry = entries.take();
    entries[entry].seq = Seq(i);
    root = returned::insert(entries, root, entry);
  }

  for (std::uint64_t i = 0; i < count; ++i) {
    const Index first = returned::first(entries, root);
    ASSERT_EQ(entries[first].seq, Seq(i));
    root = returned::erase(entries, root, first);
  }
  EXPECT_EQ(root, no_index);
}

}  // namespace
}  // namespace mailrail::engine
