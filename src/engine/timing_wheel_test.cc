#include "engine/timing_wheel.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace mailrail::engine {
namespace {

constexpr Instant noon = from_unix_ms(1'700'000'000'000);

struct Node {
  Instant due;
  Index previous = no_index;
  Index next = no_index;
};

struct Access {
  std::vector<Node>* nodes;
  Index& previous(Index node) { return (*nodes)[node].previous; }
  Index& next(Index node) { return (*nodes)[node].next; }
  Instant due(Index node) { return (*nodes)[node].due; }
};

class TimingWheelTest : public testing::Test {
 protected:
  Index insert(Instant due) {
    nodes_.push_back({.due = due});
    const auto node = static_cast<Index>(nodes_.size() - 1);
    wheel_.insert(node);
    return node;
  }

  std::vector<Index> poll(Instant now) {
    std::vector<Index> due;
    for (Index node = wheel_.poll(now); node != no_index; node = wheel_.poll(now))
      due.push_back(node);
    return due;
  }

  std::vector<Node> nodes_;
  TimingWheel<Access> wheel_{Access{&nodes_}};
};

TEST_F(TimingWheelTest, GivesEachNodeAtItsMillisecondAndNotBefore) {
  const Index node = insert(noon + 12h);

  EXPECT_EQ(poll(noon + 12h - 1ms), (std::vector<Index>{}));
  EXPECT_EQ(poll(noon + 12h), (std::vector<Index>{node}));
  EXPECT_EQ(wheel_.next_due(), std::nullopt);
}

TEST_F(TimingWheelTest, GivesNodesOfOneTimeInTheOrderTheyCame) {
  const Index early = insert(noon + 5min);
  poll(noon + 4min);
  const Index middle = insert(noon + 5min);
  poll(noon + 5min - 1ms);
  const Index late = insert(noon + 5min);

  EXPECT_EQ(poll(noon + 6min), (std::vector<Index>{early, middle, late}));
}

// Up to half a year, and of any magnitude.
Duration random_delay(Random& random) {
  const std::uint64_t magnitude = random.below(35);
  return Duration(random.below((std::uint64_t{1} << magnitude) + 1));
}

// Nodes come, go and come due in any order; a sorted set is always right.
TEST_F(TimingWheelTest, AgreesWithASortedSetAfterEveryStep) {
  SeededRandom random(1);
  std::set<std::pair<Instant, Index>> expected;
  Instant now = noon;
  poll(now);
  for (int step = 0; step < 60'000; ++step) {
    const std::uint64_t choice = random.below(10);
    if (choice < 5) {
      const bool is_overdue = random.below(20) == 0;
      const Instant due = now + random_delay(random) - (is_overdue ? 1h : 0h);
      expected.emplace(due, insert(due));
    } else if (choice < 7 && !expected.empty()) {
      auto gone = expected.lower_bound({now + random_delay(random), 0});
      if (gone == expected.end()) gone = expected.begin();
      wheel_.remove(gone->second);
      expected.erase(gone);
    } else {
      const bool is_exact = random.below(2) == 0 && !expected.empty();
      now = std::max(now, is_exact ? expected.begin()->first : now + random_delay(random) / 256);
      std::set<std::pair<Instant, Index>> due;
      for (const Index node : poll(now)) due.emplace(nodes_[node].due, node);
      const auto end = expected.upper_bound({now, no_index});
      ASSERT_EQ(due, (std::set<std::pair<Instant, Index>>(expected.begin(), end)));
      expected.erase(expected.begin(), end);
    }
    ASSERT_EQ(wheel_.size(), expected.size());
    ASSERT_EQ(wheel_.next_due().has_value(), !expected.empty());
    if (!expected.empty()) {
      ASSERT_LE(*wheel_.next_due(), std::max(expected.begin()->first, now));
    }
  }
}

}  // namespace
}  // namespace mailrail::engine
