// FamilyWriter: writes families of metrics as text, by prometheus-cpp's serializer. It holds one
// family at a time.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

#include "metrics/series.h"

namespace mailrail::metrics {

using Labels = std::vector<prometheus::ClientMetric::Label>;

// How many values were at most each bound, by ranges, and their sum.
struct HistogramNumbers {
  std::span<const double> bounds;
  std::span<const std::uint64_t> counts;  // One more than bounds: beyond the last.
  double sum = 0;
};

class FamilyWriter {
 public:
  // Those added until the next begin() belong to it.
  void begin(const Series& series);
  void add(Labels labels, double value);
  void add(Labels labels, const HistogramNumbers& histogram);
  // A family with one value and no labels.
  void write(const Series& series, double value);

  std::string finish();

 private:
  void flush();

  std::ostringstream out_;
  prometheus::MetricFamily family_;
};

}  // namespace mailrail::metrics
