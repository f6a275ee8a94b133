#include "server/cpu_time.h"

#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace mailrail::server {
namespace {

namespace fs = std::filesystem;
using Seconds = std::chrono::duration<double>;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// As /proc shows a process.
class Process {
 public:
  Process() { fs::create_directories(root); }
  ~Process() { fs::remove_all(root); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void write(const std::string& path, const std::string& name, int user, int system) const {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << "17 (" << name << ") S 1 2 3 4 5 6 7 8 9 10 " << user << ' '
                               << system << " 0 0 20\n";
  }

  const fs::path root = fs::temp_directory_path() / ("cpu-time-" + std::to_string(getpid()));
};

Seconds ticks(double count) { return Seconds(count / static_cast<double>(sysconf(_SC_CLK_TCK))); }

TEST(CpuTime, IsToldByWhatThreadsAreFor) {
  const Process process;
  process.write("stat", "mailrail", 700, 300);
  process.write("task/17/stat", "mailrail", 5, 5);
  process.write("task/18/stat", "engine", 100, 0);
  process.write("task/19/stat", "http-0", 200, 50);
  process.write("task/20/stat", "http-1", 100, 50);
  process.write("task/21/stat", "odd) S 9 (name", 9, 9);

  EXPECT_THAT(cpu_time(process.root),
              ElementsAre(ThreadTime{.thread = "engine", .used = ticks(100)},
                          ThreadTime{.thread = "http", .used = ticks(400)},
                          ThreadTime{.thread = "other", .used = ticks(500)}));
}

// Its file is still there, and reading it fails: as a directory's does.
TEST(CpuTime, PassesOverAThreadThatHasJustEnded) {
  const Process process;
  process.write("stat", "mailrail", 100, 0);
  process.write("task/18/stat", "engine", 50, 0);
  fs::create_directories(process.root / "task/19/stat");

  EXPECT_THAT(cpu_time(process.root),
              ElementsAre(ThreadTime{.thread = "engine", .used = ticks(50)},
                          ThreadTime{.thread = "other", .used = ticks(50)}));
}

TEST(CpuMeter, NeverGoesBack) {
  const Process process;
  CpuMeter meter(process.root);
  process.write("stat", "mailrail", 10, 0);
  process.write("task/18/stat", "engine", 4, 0);
  const auto first = meter.read();
  process.write("task/18/stat", "engine", 5, 0);
  const auto second = meter.read();
  process.write("stat", "mailrail", 12, 0);
  const auto third = meter.read();

  EXPECT_EQ(second.front().used, ticks(5));
  EXPECT_DOUBLE_EQ(first.back().used.count(), ticks(6).count());
  EXPECT_EQ(second.back(), first.back());
  EXPECT_DOUBLE_EQ(third.back().used.count(), ticks(7).count());
}

TEST(CpuTime, IsUnknownWhereThereIsNoSuchDirectory) {
  EXPECT_THAT(cpu_time("/nonexistent"), IsEmpty());
}

TEST(CpuTime, IsKnownOfThisProcess) {
  const auto times = cpu_time();

  ASSERT_FALSE(times.empty());
  EXPECT_EQ(times.back().thread, "other");
}

}  // namespace
}  // namespace mailrail::server
