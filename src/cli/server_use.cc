#include "cli/server_use.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/exit_codes.h"
#include "server/cpu_time.h"

namespace mailrail::cli {
namespace {

constexpr Duration patience = 5s;

// Of `NAME{LABEL="VALUE"} NUMBER`, if it is of that name and label.
struct Sample {
  std::string_view value;
  double number = 0;
};

std::optional<Sample> sample_of(std::string_view line, std::string_view beginning) {
  if (!line.starts_with(beginning)) return std::nullopt;
  line.remove_prefix(beginning.size());
  const std::size_t end = line.find("\"} ");
  if (end == std::string_view::npos) return std::nullopt;
  Sample sample{.value = line.substr(0, end)};
  const std::string_view number = line.substr(end + 3);
  const auto [_, error] =
      std::from_chars(number.data(), number.data() + number.size(), sample.number);
  if (error != std::errc()) return std::nullopt;
  return sample;
}

}  // namespace

std::optional<ServerUse> use_in(std::string_view metrics) {
  ServerUse use;
  while (!metrics.empty()) {
    const std::string_view line = metrics.substr(0, metrics.find('\n'));
    metrics.remove_prefix(std::min(line.size() + 1, metrics.size()));
    if (const auto cpu = sample_of(line, "mailrail_cpu_seconds_total{thread=\""))
      use.cpu_seconds[std::string(cpu->value)] = cpu->number;
    if (const auto resident = sample_of(line, "mailrail_memory_bytes{area=\"");
        resident && resident->value == "resident")
      use.resident_bytes = static_cast<std::uint64_t>(resident->number);
  }
  if (use.cpu_seconds.empty()) return std::nullopt;
  return use;
}

std::optional<ServerUse> server_use(client::Client& client) {
  const auto answer = client.get("/metrics", patience);
  if (!answer || answer->status != 200) return std::nullopt;
  return use_in(answer->body);
}

Result<ServerUse> process_use(pid_t process) {
  const std::filesystem::path directory = fmt::format("/proc/{}", process);
  ServerUse use;
  for (const server::ThreadTime& each : server::cpu_time(directory))
    use.cpu_seconds[each.thread] = each.used.count();
  std::ifstream statm(directory / "statm");
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  if (use.cpu_seconds.empty() || !(statm >> total_pages >> resident_pages)) {
    return fail(errors::usage,
                fmt::format("--pid {}: it must be the id of a process on this machine, and there "
                            "is none of that id.",
                            process));
  }
  use.resident_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return use;
}

}  // namespace mailrail::cli
