// The options of `serve` about what it measures and tells: metrics for CloudWatch, and which calls
// are logged. Prometheus's metrics need no option.

#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "server/server.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

struct MetricsOptions {
  bool has_cloudwatch_names = false;
  std::optional<std::string> emf_seconds = {};  // Empty: as usual.
  std::string access_log = "errors";
};

void add_metrics_options(CLI::App& serve, MetricsOptions& options);

Result<server::Options> with_metrics(server::Options options, const MetricsOptions& given);

}  // namespace mailrail::cli
