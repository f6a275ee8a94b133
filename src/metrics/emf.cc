#include "metrics/emf.h"

#include <chrono>

#include "base/json.h"

namespace mailrail::metrics {
namespace {

struct EmfMetric {
  std::string_view name;
  std::string_view unit;
  std::int64_t value;
};

std::int64_t percent(std::uint64_t used, std::uint64_t limit) {
  if (limit == 0) return 0;
  return static_cast<std::int64_t>(100.0 * static_cast<double>(used) / static_cast<double>(limit));
}

std::int64_t count(std::uint64_t value) { return static_cast<std::int64_t>(value); }

}  // namespace

std::string EmfWriter::line(Instant now, const Snapshot& snapshot, const ProcessNumbers& process) {
  const std::int64_t age =
      std::chrono::duration_cast<std::chrono::seconds>(snapshot.oldest_age).count();
  const EmfMetric metrics[] = {
      {"OldestMessageAge", "Seconds", age},
      {"MessagesWaiting", "Count", count(snapshot.counts.visible + snapshot.counts.delayed)},
      {"MessagesInFlight", "Count", count(snapshot.counts.in_flight)},
      {"ConversationsBlocked", "Count", count(snapshot.counts.conversations_blocked)},
      {"ConversationsParked", "Count", count(snapshot.counts.parked_conversations)},
      {"DeadLetters", "Count", count(snapshot.dead_letters)},
      {"DiskUsed", "Percent", percent(process.store.total(), process.disk_bytes_max)},
      {"MemoryUsed", "Percent", percent(snapshot.committed_bytes, process.memory_bytes_max)},
      {"CommitLatency", "Microseconds", commit_microseconds(process.commits)},
  };
  std::string line;
  JsonWriter out(line);
  out.begin_object();
  out.key("_aws");
  out.begin_object();
  out.key("Timestamp");
  out.number(unix_ms(now));
  out.key("CloudWatchMetrics");
  out.begin_array();
  out.begin_object();
  out.member("Namespace", "mailrail");
  out.key("Dimensions");
  out.begin_array();
  out.begin_array();
  out.string("Server");
  out.end_array();
  out.end_array();
  out.key("Metrics");
  out.begin_array();
  for (const EmfMetric& each : metrics) {
    out.begin_object();
    out.member("Name", each.name);
    out.member("Unit", each.unit);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  out.end_array();
  out.end_object();
  out.member("Server", server_);
  for (const EmfMetric& each : metrics) {
    out.key(each.name);
    out.number(each.value);
  }
  out.end_object();
  return line;
}

std::int64_t EmfWriter::commit_microseconds(const DurationCounts& commits) {
  const std::uint64_t added = commits.count() - last_commits_.count();
  const auto took = commits.sum - last_commits_.sum;
  last_commits_ = commits;
  if (added == 0) return 0;
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  return microseconds / static_cast<std::int64_t>(added);
}

}  // namespace mailrail::metrics
