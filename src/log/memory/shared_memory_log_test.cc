#include "log/memory/shared_memory_log.h"

#include <thread>

#include <gtest/gtest.h>

#include "log/log_testing.h"

namespace mailrail::log {
namespace {

class SharedMemoryLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<SharedMemoryLog> open(const std::string& node) {
    return *SharedMemoryLog::open(place_, node);
  }
  std::unique_ptr<SharedMemoryLog> own(const std::string& node) {
    auto log = open(node);
    EXPECT_TRUE(*log->take_over(place_.lease(), {.node = node, .address = "here:1"}));
    return log;
  }
  static std::vector<Frame> follow(SharedMemoryLog& log) {
    std::vector<Frame> frames;
    EXPECT_TRUE(log.follow([&](const Frame& each) -> Result<void> {
      frames.push_back(each);
      return {};
    }));
    return frames;
  }

  SharedMemoryLog::Place place_;
};

TEST_F(SharedMemoryLogTest, ShowsItsFollowersEachFrameOnce) {
  const auto owner = own("a");
  append(*owner, 0, 10);
  const auto follower = open("b");
  expect_same(scan(*follower), follow(*open("c")));
  append(*owner, 1, 10);

  const std::vector<Frame> frames = follow(*follower);

  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].payload, payload_text(1, 10));
  EXPECT_TRUE(follow(*follower).empty());
}

TEST_F(SharedMemoryLogTest, FencesTheOwnerBefore) {
  const auto first = own("a");
  const Lease seen = place_.lease();
  const auto second = own("b");

  EXPECT_EQ(first->renew().outcome, Outcome::fenced);
  EXPECT_EQ(first->append(make_frame(first->next_position(), 0, 10)).outcome, Outcome::fenced);
  EXPECT_EQ(second->renew().outcome, Outcome::durable);
  EXPECT_FALSE(*open("c")->take_over(seen, {.node = "c", .address = "here:1"}));
}

TEST_F(SharedMemoryLogTest, IsGivenBackByClosingIt) {
  const auto owner = own("a");
  EXPECT_EQ(place_.lease().owner->node, "a");

  EXPECT_TRUE(owner->close());

  EXPECT_EQ(place_.lease().owner, std::nullopt);
}

TEST_F(SharedMemoryLogTest, IsOutOfReachForWhoIsCutOff) {
  const auto owner = own("a");
  place_.cut_off("a");

  EXPECT_EQ(owner->renew().outcome, Outcome::failed);
  EXPECT_EQ(SharedMemoryLog::open(place_, "a").error().kind, &errors::unreachable);
  EXPECT_TRUE(SharedMemoryLog::open(place_, "b").has_value());
  place_.reconnect("a");
  EXPECT_TRUE(SharedMemoryLog::open(place_, "a").has_value());
}

TEST_F(SharedMemoryLogTest, KeepsWaitingWhomItStalls) {
  const auto owner = own("a");
  place_.stall("a");
  Outcome outcome = Outcome::durable;
  std::thread waiting([&] { outcome = owner->renew().outcome; });
  place_.wait_until_stalled("a");

  place_.usurp();
  place_.resume("a");
  waiting.join();

  EXPECT_EQ(outcome, Outcome::fenced);
}

TEST_F(SharedMemoryLogTest, TellsAFollowerThatWhatComesNextWasTrimmed) {
  const auto owner = own("a");
  append(*owner, 0, 10);
  const auto follower = open("b");
  append(*owner, 1, 10);
  const auto checkpoint = [&](Position needed) {
    EXPECT_TRUE(owner->begin_checkpoint());
    EXPECT_TRUE(owner->finish_checkpoint(
        {.span = {.begin = owner->next_position(), .end = owner->next_position()},
         .needed = needed}));
    EXPECT_TRUE(owner->trim(0));
  };
  const auto look = [](SharedMemoryLog& log) {
    return *log.follow([](const Frame&) -> Result<void> { return {}; });
  };

  checkpoint(Position(0));  // Everything is needed.
  EXPECT_FALSE(look(*open("c")).is_void);
  checkpoint(owner->next_position());

  EXPECT_TRUE(look(*follower).is_void);
}

}  // namespace
}  // namespace mailrail::log
