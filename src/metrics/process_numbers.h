// ProcessNumbers: what is measured of the process and its machine rather than of queues. A plain
// value: whoever measures fills it, whoever tells reads it.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "log/log_store.h"
#include "metrics/durations.h"
#include "metrics/request_meter.h"

namespace mailrail::metrics {

struct ProcessNumbers {
  std::string version;
  Instant started_at;
  std::chrono::milliseconds recovery_time{0};

  RequestCounts requests;
  DurationCounts commits;

  log::Space store;
  std::uint64_t disk_bytes_max = 0;              // Of the store's files.
  std::optional<std::uint64_t> disk_free_bytes;  // Of the volume; none if there is no such volume.
  std::uint64_t memory_bytes_max = 0;            // Of messages and queues.
  std::uint64_t resident_bytes = 0;              // Of the whole process.
  std::map<std::string, std::chrono::duration<double>> cpu_time = {};  // By what threads are for.

  // If they go on to grow as in the last hours; nothing if they don't.
  std::optional<Duration> until_disk_full = {};
  std::optional<Duration> until_memory_full = {};
};

}  // namespace mailrail::metrics
