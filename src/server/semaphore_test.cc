#include "server/semaphore.h"

#include <chrono>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

namespace mailrail::server {
namespace {

using namespace std::chrono_literals;

TEST(Semaphore, EndsAWaitForEachPost) {
  Semaphore semaphore;
  semaphore.post();
  semaphore.post();

  EXPECT_TRUE(semaphore.wait(std::nullopt));
  EXPECT_TRUE(semaphore.wait(Semaphore::Clock::now() - 1h));
  EXPECT_FALSE(semaphore.wait(Semaphore::Clock::now() - 1h));
}

TEST(Semaphore, WakesWhoSleeps) {
  Semaphore asked, answered;
  std::thread sleeper([&] {
    for (int i = 0; i < 1000; ++i) {
      EXPECT_TRUE(
          asked.wait(i % 2 == 0 ? std::optional(Semaphore::Clock::now() + 1h) : std::nullopt));
      answered.post();
    }
  });
  for (int i = 0; i < 1000; ++i) {
    asked.post();
    answered.wait(std::nullopt);
  }
  sleeper.join();
}

}  // namespace
}  // namespace mailrail::server
