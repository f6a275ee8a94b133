#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "broker/broker_testing.h"

namespace mailrail::broker {
namespace {

// Waits at its queue, whoever else does.
class BoundedElsewhere final : public Call {
 public:
  explicit BoundedElsewhere(QueueId queue) : Call(0), queue_(queue) {}
  Decision decide(Engine&, Turn& turn) override {
    return {.verdict = Decision::Verdict::wait, .queue = queue_, .deadline = turn.now + 1h};
  }
  bool is_bounded_elsewhere() const override { return true; }

 private:
  QueueId queue_;
};

TEST_F(BrokerTest, CallsThatAreBoundedElsewhereTakeNoPlaceAmongThoseThatWait) {
  Broker small(engine, log, random, outbox, {.waiting_max = 1});
  const auto wait = [&](std::unique_ptr<Call> call) {
    std::vector<std::unique_ptr<Call>> calls;
    calls.push_back(std::move(call));
    small.turn(now, std::move(calls));
  };
  const auto poll = [&](const std::string& name) {
    return std::make_unique<TestCall>(name, [&](Engine&, Turn& turn, TestCall&) {
      return Decision{
          .verdict = Decision::Verdict::wait, .queue = standard, .deadline = turn.now + 1h};
    });
  };
  for (int i = 0; i < 3; ++i) wait(std::make_unique<BoundedElsewhere>(standard));
  wait(poll("first"));
  EXPECT_EQ(small.waiting(), 4u);
  wait(poll("second"));
  EXPECT_EQ(small.waiting(), 4u);
  EXPECT_EQ(outbox.released, Names{"second"});
}

}  // namespace
}  // namespace mailrail::broker
