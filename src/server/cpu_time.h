// What this process has used of processors, by what its threads are for.
//
// Read from /proc, to a hundredth of a second. Threads that have ended, and those without a name of
// their own, are "other".

#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace mailrail::server {

struct ThreadTime {
  std::string thread;  // Without its number: http.
  std::chrono::duration<double> used{0};

  friend bool operator==(const ThreadTime&, const ThreadTime&) = default;
};

// In the order of their names, without those that there are not; none if the system does not say.
// `process` is its directory in /proc.
std::vector<ThreadTime> cpu_time(const std::filesystem::path& process = "/proc/self");

// The same, time and again: what is left for "other" is a difference of rounded figures, and yet
// never goes back.
class CpuMeter {
 public:
  explicit CpuMeter(std::filesystem::path process = "/proc/self") : process_(std::move(process)) {}

  std::vector<ThreadTime> read();

 private:
  std::filesystem::path process_;
  std::chrono::duration<double> other_{0};
};

}  // namespace mailrail::server
