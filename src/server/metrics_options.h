// What a server measures and logs beyond its defaults, as its options say. Apart from the server's
// other options because the parts that measure need these alone.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "metrics/exposition.h"

namespace mailrail::server {

// Which calls get a line in the log. Sampled: all errors, and one success in a hundred.
enum class AccessLogging : std::uint8_t { off, errors, sampled, all };

struct MetricsOptions {
  std::string version = {};
  metrics::CloudWatchNames cloudwatch_names = metrics::CloudWatchNames::left_out;
  // A line of Embedded Metric Format to stdout that often; nothing: none.
  std::optional<Duration> emf_interval = {};
  AccessLogging access_log = AccessLogging::errors;
};

}  // namespace mailrail::server
