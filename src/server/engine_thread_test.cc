#include "server/engine_thread.h"

#include <chrono>
#include <memory>
#include <semaphore>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/time.h"
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
  explicit EngineThreadTest(std::chrono::microseconds gathering_max)
      : thread_(engine_,
                {.log = log_, .shared = nullptr, .ownership = ownership_},
                clock_,
                random_,
                {.unawaited_commit_after = 1h},
                {.deliver = [this](std::vector<Leaving>) { delivered_.release(); },
                 .committed =
                     [this](std::chrono::nanoseconds) {
                       began_.release();
                       let_.acquire();
                     }},
                gathering_max) {
    thread_.run();
    thread_.submit(std::make_unique<MakeQueue>());
    began_.acquire();
  }

  // Lets the frame that is on its way become durable.
  void finish() {
    let_.release();
    delivered_.acquire();
    EXPECT_TRUE(thread_.stop(EngineThread::Ending::without_checkpoint));
  }

  log::MemoryLog::Storage storage_;
  log::MemoryLog log_{storage_};
  Ownership ownership_;
  EngineClock clock_{Instant{}};
  SystemRandom random_;
  engine::Engine engine_{1};
  std::counting_semaphore<> began_{0};
  std::counting_semaphore<> let_{0};
  std::counting_semaphore<> delivered_{0};
  std::binary_semaphore beat_{0};
  EngineThread thread_;
};

class QuickThreadTest : public EngineThreadTest {
 protected:
  QuickThreadTest() : EngineThreadTest(EngineThread::gathering_max_usual) {}
};

class SlowThreadTest : public EngineThreadTest {
 protected:
  SlowThreadTest() : EngineThreadTest(1h) {}
};

TEST_F(QuickThreadTest, AsksCallsWhileAFrameIsOnItsWayAndAnswersBehindIt) {
  thread_.submit(std::make_unique<Pulse>([this] { beat_.release(); }));
  beat_.acquire();
  EXPECT_FALSE(delivered_.try_acquire());
  finish();
}

TEST_F(SlowThreadTest, LetsCallsGatherUntilTheFrameIsDurable) {
  thread_.submit(std::make_unique<Pulse>([this] { beat_.release(); }));
  const bool was_early = beat_.try_acquire_for(50ms);  // A thread that is woken takes far less.
  let_.release();
  if (!was_early) beat_.acquire();
  EXPECT_FALSE(was_early);
  EXPECT_TRUE(thread_.stop(EngineThread::Ending::without_checkpoint));
}

TEST_F(SlowThreadTest, WakesForWhatIsNoCall) {
  thread_.submit(std::make_unique<Pulse>([this] { beat_.release(); }));
  thread_.cancel(17);
  beat_.acquire();
  finish();
}

}  // namespace
}  // namespace mailrail::server
