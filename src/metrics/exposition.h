// Exposition: the numbers as Prometheus reads them.
//
// Every family is always there, with its help and type, also while it has no series yet. Families
// are rendered one after the other, so that thousands of queues take the memory of one family.

#pragma once

#include <cstdint>
#include <string>

#include "metrics/process_numbers.h"
#include "metrics/snapshot.h"

namespace mailrail::metrics {

inline constexpr std::string_view exposition_type = "text/plain; version=0.0.4; charset=utf-8";

enum class CloudWatchNames : std::uint8_t { left_out, told };

// All there is: /metrics.
std::string exposition(const Snapshot& snapshot,
                       const ProcessNumbers& process,
                       CloudWatchNames cloudwatch);

// Only what is told one by one, and how much is not: /metrics/detailed.
std::string detailed_exposition(const Snapshot& snapshot, CloudWatchNames cloudwatch);

// Of a server that stands by for another: that it does, and what it is.
std::string standby_exposition(const ProcessNumbers& process);

}  // namespace mailrail::metrics
