#include "server/cpu_time.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

#include <unistd.h>

namespace mailrail::server {
namespace {

namespace fs = std::filesystem;
using Seconds = std::chrono::duration<double>;

constexpr std::array<std::string_view, 3> names = {"engine", "http", "log"};
constexpr const char* rest = "other";

struct Stat {
  std::string name;
  Seconds used;
};

// "17 (http-0) S 1 2 3 ...": the times are the 14th and 15th, and a name may hold anything.
std::optional<Stat> read_stat(const fs::path& path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text, '\0');  // Through an iterator a thread that has just ended would throw.
  const std::size_t begin = text.find('(');
  const std::size_t end = text.rfind(')');
  if (begin == std::string::npos || end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(end + 1));
  constexpr int before = 11;
  std::string skipped;
  for (int i = 0; i < before; ++i) fields >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  if (!(fields >> user >> system)) return std::nullopt;
  return Stat{.name = text.substr(begin + 1, end - begin - 1),
              .used = Seconds(static_cast<double>(user + system) /
                              static_cast<double>(sysconf(_SC_CLK_TCK)))};
}

std::string purpose_of(const std::string& thread) {
  const std::string purpose = thread.substr(0, thread.find('-'));
  return std::ranges::find(names, purpose) == names.end() ? rest : purpose;
}

}  // namespace

std::vector<ThreadTime> cpu_time(const fs::path& process) {
  std::map<std::string, Seconds> used;
  Seconds named{0};
  std::error_code error;
  fs::directory_iterator each(process / "task", error);
  for (const fs::directory_iterator end; !error && each != end; each.increment(error)) {
    const auto stat = read_stat(each->path() / "stat");
    if (!stat) continue;  // It has just ended.
    const std::string purpose = purpose_of(stat->name);
    if (purpose == rest) continue;
    used[purpose] += stat->used;
    named += stat->used;
  }
  const auto all = read_stat(process / "stat");  // Behind its threads, which go on meanwhile.
  if (!all) return {};
  used[rest] = std::max(all->used - named, Seconds(0));
  std::vector<ThreadTime> times;
  for (const auto& [thread, time] : used) times.push_back({.thread = thread, .used = time});
  return times;
}

std::vector<ThreadTime> CpuMeter::read() {
  std::vector<ThreadTime> times = cpu_time(process_);
  for (ThreadTime& each : times) {
    if (each.thread == rest) each.used = other_ = std::max(other_, each.used);
  }
  return times;
}

}  // namespace mailrail::server
