// Emf: a few numbers as a line of CloudWatch's Embedded Metric Format, for who has no Prometheus.
//
// What a log agent sends on to CloudWatch Logs becomes metrics there. CloudWatch bills each metric
// by the month, so the set is fixed and small, whatever queues there are.

#pragma once

#include <string>

#include "base/time.h"
#include "metrics/process_numbers.h"
#include "metrics/snapshot.h"

namespace mailrail::metrics {

class EmfWriter {
 public:
  // `server` is the value of the one dimension.
  explicit EmfWriter(std::string server) : server_(std::move(server)) {}

  // Without a line end. The commit latency is the mean since the line before.
  std::string line(Instant now, const Snapshot& snapshot, const ProcessNumbers& process);

 private:
  std::int64_t commit_microseconds(const DurationCounts& commits);

  const std::string server_;
  DurationCounts last_commits_;
};

}  // namespace mailrail::metrics
