#include "server/engine_thread.h"

#include <chrono>
#include <memory>
#include <semaphore>

#include <gtest/gtest.h>

#include "log/memory/memory_log.h"
#include "server/engine_clock.h"
#include "server/own_calls.h"

namespace mailrail::server {
namespace {

class MakeQueue final : public broker::Call {
 public:
  MakeQueue() : Call(0) {}

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override {
    engine.create_queue(turn, {.region = "r", .account = "a", .name = "q"}, {}, {});
    return {};
  }
};

// Its log makes each frame durable when the test lets it.
class EngineThreadTest : public testing::Test {
 protected:
  EngineThreadTest()
      : thread_(engine_,
                {.log = log_, .shared = nullptr, .ownership = ownership_},
                clock_,
                random_,
                {},
                {.deliver = [this](std::vector<Leaving>) { delivered_.release(); },
                 .committed =
                     [this](std::chrono::nanoseconds) {
                       began_.release();
                       let_.acquire();
                     }}) {
    thread_.run();
  }

  log::MemoryLog::Storage storage_;
  log::MemoryLog log_{storage_};
  Ownership ownership_;
  EngineClock clock_{Instant{}};
  SystemRandom random_;
  engine::Engine engine_;
  std::counting_semaphore<> began_{0};
  std::counting_semaphore<> let_{0};
  std::counting_semaphore<> delivered_{0};
  EngineThread thread_;
};

TEST_F(EngineThreadTest, AsksCallsWhileAFrameIsOnItsWayAndAnswersBehindIt) {
  thread_.submit(std::make_unique<MakeQueue>());
  began_.acquire();

  std::binary_semaphore beat{0};
  thread_.submit(std::make_unique<Pulse>([&] { beat.release(); }));
  EXPECT_TRUE(beat.try_acquire_for(1min));
  EXPECT_FALSE(delivered_.try_acquire());

  let_.release();
  delivered_.acquire();
  EXPECT_TRUE(thread_.stop(EngineThread::Ending::without_checkpoint));
}

}  // namespace
}  // namespace mailrail::server
