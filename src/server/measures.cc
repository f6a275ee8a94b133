#include "server/measures.h"

#include <utility>

#include "server/engine_clock.h"
#include "server/machine_memory.h"

namespace mailrail::server {
namespace {

// Fewer say nothing of one in a hundred.
constexpr std::uint64_t commits_judged_from = 1000;

}  // namespace

Measures::Measures(MetricsOptions options, std::uint32_t http_threads, Place place)
    : options_(std::move(options)), place_(place), started_at_(wall_time()) {
  for (std::uint32_t thread = 0; thread < http_threads; ++thread) {
    meters_.emplace_back();
    access_logs_.emplace_back(options_.access_log);
  }
}

void Measures::answered(std::uint32_t thread, const Answered& answered) {
  if (answered.about.service.empty()) return;
  meters_[thread].count(answered.about, answered.took);
  access_logs_[thread].tell(answered);
}

void Measures::sample(const Sample& sample) {
  const std::scoped_lock lock(mutex_);
  disk_.add(sample.at, sample.store_bytes);
  memory_.add(sample.at, sample.memory_bytes);
}

Measures::Outlook Measures::outlook() const {
  Outlook outlook;
  const metrics::DurationCounts commits = commits_.read();
  if (const auto seconds = commits.exceeded_by(0.01);
      seconds && commits.count() >= commits_judged_from)
    outlook.slow_commit =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*seconds));
  const std::scoped_lock lock(mutex_);
  outlook.until_disk_full = disk_.until_full(place_.limits.disk_bytes_max);
  outlook.until_memory_full = memory_.until_full(place_.limits.memory_bytes_max);
  return outlook;
}

metrics::ProcessNumbers Measures::read(const log::Space& store) const {
  metrics::ProcessNumbers numbers{.version = options_.version,
                                  .started_at = started_at_,
                                  .recovery_time = recovery_time_,
                                  .commits = commits_.read(),
                                  .store = store,
                                  .disk_bytes_max = place_.limits.disk_bytes_max,
                                  .memory_bytes_max = place_.limits.memory_bytes_max,
                                  .resident_bytes = resident_bytes()};
  for (const metrics::RequestMeter& each : meters_) numbers.requests += each.read();
  if (place_.disk != nullptr) {
    const auto capacity = place_.disk->capacity();
    if (capacity && capacity->total_bytes > 0) numbers.disk_free_bytes = capacity->available_bytes;
  }
  const std::scoped_lock lock(mutex_);
  for (const ThreadTime& each : cpu_meter_.read()) numbers.cpu_time[each.thread] = each.used;
  numbers.until_disk_full = disk_.until_full(place_.limits.disk_bytes_max);
  numbers.until_memory_full = memory_.until_full(place_.limits.memory_bytes_max);
  return numbers;
}

}  // namespace mailrail::server
