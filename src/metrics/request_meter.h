// RequestMeter: counts the answers of one HTTP thread: how many of which kind, how long they took,
// and what AWS would bill for them.
//
// Each HTTP thread has its own, so counting waits for no other; whoever reads takes a copy. What an
// answer is comes from the answer itself (http::About), whose names are those of the program, so
// that no client can make up series.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>
#include <tuple>

#include "http/message.h"
#include "metrics/durations.h"

namespace mailrail::metrics {

// Service, action and the error's code; an empty code is success.
using RequestKind = std::tuple<std::string_view, std::string_view, std::string_view>;
// Service, and whether it was about a FIFO queue or topic.
using BilledKind = std::pair<std::string_view, http::About::Order>;

struct RequestCounts {
  std::map<RequestKind, DurationCounts> requests;
  std::map<BilledKind, std::uint64_t> billed;
  std::map<std::string_view, std::uint64_t> refused;  // By the limit that was met.

  RequestCounts& operator+=(const RequestCounts& other);
};

class RequestMeter {
 public:
  // On its HTTP thread.
  void count(const http::About& about, std::chrono::nanoseconds took);

  // Any thread.
  RequestCounts read() const;

 private:
  mutable std::mutex mutex_;  // Nobody else wants it but a reader, now and then.
  RequestCounts counts_;
};

}  // namespace mailrail::metrics
