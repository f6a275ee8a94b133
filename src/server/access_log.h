// AccessLog: a line in the log for calls that were answered: who was told what, how long it took.
//
// Never bodies, attributes or credentials. Errors are told, or more, as options say; at most so
// many lines a second, so that no client fills the disk with them: what was left out is counted in
// the next line. One for each HTTP thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "http/message.h"
#include "server/metrics_options.h"

namespace mailrail::server {

// One call and its answer. Views need hold only while it is told.
struct Answered {
  http::About about;
  int status = 0;
  std::string_view request_id = {};
  std::string_view target = {};    // The queue or topic, as the caller named it.
  std::string_view trace_id = {};  // X-Amzn-Trace-Id.
  std::chrono::nanoseconds took{0};
};

class AccessLog {
 public:
  static constexpr std::uint32_t lines_a_second_max = 100;

  explicit AccessLog(AccessLogging which) : which_(which) {}

  void tell(const Answered& answered);

 private:
  bool is_told(const Answered& answered);
  bool has_room();

  const AccessLogging which_;
  std::uint64_t successes_ = 0;
  std::chrono::steady_clock::time_point second_{};
  std::uint32_t lines_ = 0;     // In that second.
  std::uint64_t left_out_ = 0;  // Since the last line.
};

}  // namespace mailrail::server
