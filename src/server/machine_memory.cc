#include "server/machine_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include <unistd.h>

namespace mailrail::server {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

std::uint64_t installed_bytes(const fs::path& root) {
  std::ifstream file(root / "proc/meminfo");
  for (std::string name; file >> name;) {
    std::uint64_t kibibytes = 0;
    if (name == "MemTotal:" && file >> kibibytes) return kibibytes << 10;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return unlimited;
}

// "max", or no such file, is no limit.
std::uint64_t limit_in(const fs::path& file) {
  std::uint64_t bytes = 0;
  return std::ifstream(file) >> bytes ? bytes : unlimited;
}

// Of the group and all above it. Inside a container its path may be the host's, and only the top
// of the hierarchy is to be seen.
std::uint64_t tightest_limit(const fs::path& hierarchy, fs::path group, const char* file) {
  std::uint64_t tightest = limit_in(hierarchy / file);
  for (; group.has_relative_path(); group = group.parent_path())
    tightest = std::min(tightest, limit_in(hierarchy / group.relative_path() / file));
  return tightest;
}

bool names_memory(std::string_view controllers) {
  while (!controllers.empty()) {
    const std::size_t comma = std::min(controllers.find(','), controllers.size());
    if (controllers.substr(0, comma) == "memory") return true;
    controllers.remove_prefix(std::min(comma + 1, controllers.size()));
  }
  return false;
}

// A line is `number:controllers:group`; version 2 has the number 0 and no controllers.
std::uint64_t group_limit(const fs::path& root) {
  const fs::path hierarchies = root / "sys/fs/cgroup";
  std::uint64_t tightest = unlimited;
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) {
      tightest = std::min(tightest, tightest_limit(hierarchies, group, "memory.max"));
    } else if (names_memory(controllers)) {
      tightest = std::min(tightest,
                          tightest_limit(hierarchies / "memory", group, "memory.limit_in_bytes"));
    }
  }
  return tightest;
}

}  // namespace

std::uint64_t machine_memory_bytes(const fs::path& root) {
  const std::uint64_t bytes = std::min(installed_bytes(root), group_limit(root));
  return bytes == unlimited ? 0 : bytes;
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  if (!(statm >> total_pages >> resident_pages)) return 0;
  return resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace mailrail::server
