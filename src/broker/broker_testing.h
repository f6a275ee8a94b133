// What the tests of the broker share: the real engine over a log in memory, and calls made of
// functions. A test takes turns and commits frames itself, so that it sees who is answered when.

#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "broker/broker.h"
#include "log/memory/memory_log.h"

namespace mailrail::broker {

using engine::Engine;
using engine::Turn;

// A call made of a function, which says its name when it leaves.
class TestCall final : public Call {
 public:
  using Decide = std::function<Decision(Engine&, Turn&, TestCall&)>;

  TestCall(std::string called, Decide decide, std::uint64_t id = 0)
      : Call(id), name(std::move(called)), decide_(std::move(decide)) {}

  Decision decide(Engine& state, Turn& turn) override { return decide_(state, turn, *this); }
  std::span<const engine::Body> bodies() const override { return needed; }
  ConsumerId consumer() const override { return waits_as; }
  QueueId takes_from(const Engine& /*state*/) const override { return asks_at; }

  std::string name;
  std::vector<engine::Body> needed;
  ConsumerId waits_as;
  QueueId asks_at = no_queue;

 private:
  Decide decide_;
};

struct TestOutbox final : Outbox {
  void release(std::unique_ptr<Call> call, std::vector<log::SharedFrame> frames) override {
    released.push_back(static_cast<TestCall&>(*call).name);
    last_frames = std::move(frames);
  }
  void drop(std::unique_ptr<Call> call) override {
    dropped.push_back(static_cast<TestCall&>(*call).name);
  }
  void parked(const Call& call) override {
    if (const auto* ours = dynamic_cast<const TestCall*>(&call)) parked_calls.push_back(ours->name);
  }

  std::vector<std::string> released;
  std::vector<std::string> dropped;
  std::vector<std::string> parked_calls;
  std::vector<log::SharedFrame> last_frames;
};

using Names = std::vector<std::string>;

class BrokerTest : public testing::Test {
 protected:
  explicit BrokerTest(const Options& options = {}) : broker(engine, log, random, outbox, options) {
    run("create", [&](Engine& state, Turn& turn, TestCall&) {
      standard = state.create_queue(turn, {.region = "r", .account = "a", .name = "q"}, {}, {});
      fifo = state.create_queue(turn, {.region = "r", .account = "a", .name = "q.fifo"},
                                {.is_fifo = true}, {});
      return Decision{};
    });
    commit();
    outbox.released.clear();
  }

  void run(std::string name, TestCall::Decide decide, std::uint64_t id = 0) {
    std::vector<std::unique_ptr<Call>> calls;
    calls.push_back(std::make_unique<TestCall>(std::move(name), std::move(decide), id));
    broker.turn(now, std::move(calls));
  }

  void send(QueueId queue, const std::string& body) {
    run("send " + body, [=](Engine& state, Turn& turn, TestCall&) {
      state.send(turn, {.queue = queue, .group = "g", .deduplication_id = body, .record = body});
      return Decision{};
    });
  }

  void receive(std::string name, QueueId queue, Duration wait = 0s, std::uint64_t id = 0) {
    const Instant deadline = now + wait;
    run(
        std::move(name),
        [=](Engine& state, Turn& turn, TestCall& call) {
          if (state.find_queue(queue) == nullptr) return Decision{};
          const auto result = state.receive(turn, {.queue = queue, .count_max = 1});
          if (result.messages.empty()) {
            if (turn.now < deadline)
              return Decision{
                  .verdict = Decision::Verdict::wait, .queue = queue, .deadline = deadline};
            return Decision{};
          }
          call.needed = {result.messages[0].body};
          const bool is_fifo = state.find_queue(queue)->attributes.is_fifo;
          return Decision{.waits = is_fifo ? Decision::Waits::for_everything
                                           : Decision::Waits::for_bodies};
        },
        id);
  }

  void pass(Duration time) {
    now += time;
    broker.turn(now, {});
  }

  bool commit() {
    const log::SharedFrame frame = broker.take_frame();
    if (frame == nullptr) return false;
    EXPECT_EQ(log.append(*frame).outcome, log::Outcome::durable);
    broker.durable();
    return true;
  }

  log::MemoryLog::Storage storage;
  log::MemoryLog log{storage};
  SeededRandom random{1};
  TestOutbox outbox;
  Engine engine{1};
  Broker broker;
  Instant now = from_unix_ms(1'700'000'000'000);
  QueueId standard;
  QueueId fifo;
};

}  // namespace mailrail::broker
