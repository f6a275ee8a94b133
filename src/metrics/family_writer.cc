#include "metrics/family_writer.h"

#include <limits>

#include <prometheus/text_serializer.h>

namespace mailrail::metrics {

void FamilyWriter::begin(const Series& series) {
  flush();
  family_ = {.name = std::string(series.name),
             .help = std::string(series.help),
             .type = series.type,
             .metric = {}};
}

void FamilyWriter::add(Labels labels, double value) {
  prometheus::ClientMetric& metric = family_.metric.emplace_back();
  metric.label = std::move(labels);
  if (family_.type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
}

void FamilyWriter::add(Labels labels, const HistogramNumbers& histogram) {
  prometheus::ClientMetric& metric = family_.metric.emplace_back();
  metric.label = std::move(labels);
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    count += histogram.counts[i];
    const bool is_last = i == histogram.bounds.size();
    metric.histogram.bucket.push_back(
        {.cumulative_count = count,
         .upper_bound = is_last ? std::numeric_limits<double>::infinity() : histogram.bounds[i]});
  }
  metric.histogram.sample_count = count;
  metric.histogram.sample_sum = histogram.sum;
}

void FamilyWriter::write(const Series& series, double value) {
  begin(series);
  add({}, value);
}

std::string FamilyWriter::finish() {
  flush();
  return std::move(out_).str();
}

void FamilyWriter::flush() {
  if (family_.name.empty()) return;
  prometheus::TextSerializer().Serialize(out_, {family_});
  family_ = {};
}

}  // namespace mailrail::metrics
