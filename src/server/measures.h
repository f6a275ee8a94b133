// Measures: what this process counts of itself, for as long as it lives: over a shared log that is
// longer than any term.
//
// HTTP threads count answers and the log thread commits, each where no other counts; readers take
// copies. Samples of what the log and the messages take become the forecast of when that is full.

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>

#include "base/time.h"
#include "log/disk.h"
#include "log/log_store.h"
#include "metrics/durations.h"
#include "metrics/process_numbers.h"
#include "metrics/request_meter.h"
#include "ops/forecast.h"
#include "server/access_log.h"
#include "server/cpu_time.h"
#include "server/limits.h"
#include "server/metrics_options.h"

namespace mailrail::server {

class Measures {
 public:
  struct Place {
    Limits limits;
    // Where the log is; null if it is in a database.
    const log::Disk* disk = nullptr;
  };
  Measures(MetricsOptions options, std::uint32_t http_threads, Place place);

  const MetricsOptions& options() const { return options_; }

  // On the HTTP thread that answers.
  void answered(std::uint32_t thread, const Answered& answered);
  // On the log thread.
  void committed(std::chrono::nanoseconds took) { commits_.add(took); }
  // Before anything is served.
  void recovered(std::chrono::milliseconds took) { recovery_time_ = took; }

  // Any thread.
  struct Outlook {
    std::optional<Duration> until_disk_full = {};
    std::optional<Duration> until_memory_full = {};
    std::optional<Duration> slow_commit = {};  // More than one in a hundred has taken longer.
  };
  Outlook outlook() const;
  struct Sample {
    Instant at;
    std::uint64_t store_bytes;
    std::uint64_t memory_bytes;
  };
  void sample(const Sample& sample);
  metrics::ProcessNumbers read(const log::Space& store) const;

 private:
  const MetricsOptions options_;
  const Place place_;
  const Instant started_at_;
  std::atomic<std::chrono::milliseconds> recovery_time_{std::chrono::milliseconds(0)};
  std::deque<metrics::RequestMeter> meters_;  // By HTTP thread.
  std::deque<AccessLog> access_logs_;         // Likewise.
  metrics::Durations commits_;

  mutable std::mutex mutex_;
  mutable CpuMeter cpu_meter_;
  ops::Forecast disk_;
  ops::Forecast memory_;
};

}  // namespace mailrail::server
