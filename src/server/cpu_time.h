// What this process has used of processors, by what its threads are for.
//
// Read from /proc, to a hundredth of a second. Threads that have ended, and those without a name of
// their own, are "other".

#pragma once

#include <chrono>
#include <filesystem>
#include <string>
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

}  // namespace mailrail::server
