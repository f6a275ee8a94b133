#include "engine/seq_index.h"

#include <cstdint>
#include <map>

#include <gtest/gtest.h>

#include "base/random.h"

namespace mailrail::engine {
namespace {

// The index and a map that must always agree.
struct Twins {
  void insert(std::uint64_t seq, Index entry) {
    index.insert(Seq(seq), entry);
    map.emplace(seq, entry);
  }
  void erase(std::map<std::uint64_t, Index>::iterator each) {
    index.erase(Seq(each->first));
    map.erase(each);
  }
  void expect_equal_at(std::uint64_t seq) const {
    const auto exact = map.find(seq);
    const auto from = map.lower_bound(seq);
    ASSERT_EQ(index.find(Seq(seq)), exact == map.end() ? no_index : exact->second);
    ASSERT_EQ(index.first_from(Seq(seq)), from == map.end() ? no_index : from->second);
    ASSERT_EQ(index.size(), map.size());
    ASSERT_EQ(index.empty(), map.empty());
  }

  Slabs slabs;
  SeqIndex index{slabs};
  std::map<std::uint64_t, Index> map;
};

// Mostly appended, removed anywhere, sometimes put back, and never far from full or empty for long.
TEST(SeqIndex, AgreesWithAMapAfterEveryStep) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    Twins twins;
    std::uint64_t last = random.below(1000);
    for (Index step = 0; step < 6000; ++step) {
      const bool grows = step / 1500 % 2 == 0;
      const std::uint64_t near = last - std::min<std::uint64_t>(last, random.below(3000));
      if (twins.map.empty() || random.below(4) < (grows ? 3u : 1u)) {
        const bool is_old = random.below(8) == 0;
        if (!is_old) last += 1 + random.below(random.below(50) == 0 ? 1ull << 33 : 3);
        const std::uint64_t seq = is_old ? near : last;
        if (!twins.map.contains(seq)) twins.insert(seq, step);
      } else {
        auto each = twins.map.lower_bound(near);
        if (each == twins.map.end() || random.below(4) == 0) each = twins.map.begin();
        twins.erase(each);
      }
      twins.expect_equal_at(near);
      if (HasFatalFailure()) return;
    }
    for (const auto& [seq, entry] : twins.map) ASSERT_EQ(twins.index.find(Seq(seq)), entry);
  }
}

TEST(SeqIndex, CanBeEmptiedFromEitherEnd) {
  for (const bool from_the_front : {true, false}) {
    Twins twins;
    for (Index i = 1; i <= 2000; ++i) twins.insert(i, i);
    while (!twins.map.empty()) {
      twins.erase(from_the_front ? twins.map.begin() : std::prev(twins.map.end()));
      twins.expect_equal_at(1000);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace mailrail::engine
