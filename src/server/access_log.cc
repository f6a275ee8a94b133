#include "server/access_log.h"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/log_fields.h"
#include "base/shown.h"

namespace mailrail::server {
namespace {

constexpr std::uint64_t sample_of = 100;

spdlog::level::level_enum level_of(int status) {
  if (status >= 500) return spdlog::level::err;
  return status >= 400 ? spdlog::level::warn : spdlog::level::info;
}

}  // namespace

void AccessLog::tell(const Answered& answered) {
  if (!is_told(answered) || !has_room()) return;
  const double milliseconds = std::chrono::duration<double, std::milli>(answered.took).count();
  const std::string duration = fmt::format("{:.3f}", milliseconds);
  const std::string left_out =
      left_out_ > 0 ? std::to_string(std::exchange(left_out_, 0)) : std::string();
  using Kind = LogField::Kind;
  const std::string line = with_fields(
      "call", {{"service", answered.about.service},
               {"action", answered.about.action.empty() ? "unknown" : answered.about.action},
               {"queue", shown(answered.target)},
               {"code", answered.about.code.empty() ? "OK" : answered.about.code},
               {"dur_ms", duration, Kind::number},
               {"request_id", answered.request_id},
               {"trace_id", shown(answered.trace_id)},
               {"left_out", left_out, Kind::number}});
  spdlog::log(level_of(answered.status), "{}", line);
}

bool AccessLog::is_told(const Answered& answered) {
  if (which_ == AccessLogging::off) return false;
  if (answered.status >= 400 || which_ == AccessLogging::all) return true;
  return which_ == AccessLogging::sampled && successes_++ % sample_of == 0;
}

bool AccessLog::has_room() {
  const auto now = std::chrono::steady_clock::now();
  if (now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    lines_ = 0;
  }
  if (lines_ >= lines_a_second_max) {
    left_out_ += 1;
    return false;
  }
  lines_ += 1;
  return true;
}

}  // namespace mailrail::server
