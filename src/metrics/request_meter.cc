#include "metrics/request_meter.h"

namespace mailrail::metrics {

RequestCounts& RequestCounts::operator+=(const RequestCounts& other) {
  for (const auto& [kind, durations] : other.requests) requests[kind] += durations;
  for (const auto& [kind, count] : other.billed) billed[kind] += count;
  for (const auto& [limit, count] : other.refused) refused[limit] += count;
  return *this;
}

void RequestMeter::count(const http::About& about, std::chrono::nanoseconds took) {
  const std::scoped_lock lock(mutex_);
  counts_.requests[{about.service, about.action, about.code}].add(took);
  if (about.billed > 0) counts_.billed[{about.service, about.order}] += about.billed;
  if (!about.refused_for.empty()) counts_.refused[about.refused_for] += 1;
}

RequestCounts RequestMeter::read() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

}  // namespace mailrail::metrics
