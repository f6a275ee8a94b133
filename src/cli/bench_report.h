// BenchReport: what a run of `mailrail bench` found, as a table of 80 columns for people and as an
// object for programs.
//
// Nothing is said to be verified that was not looked at.

#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <string>

#include <boost/json/object.hpp>

#include "cli/bench_options.h"
#include "cli/server_use.h"
#include "load/run.h"

namespace mailrail::cli {

// What the server used from the run's beginning to its end, and has then.
struct ServerCost {
  std::map<std::string, double> cpu_seconds = {};
  std::uint64_t resident_bytes = 0;
};

ServerCost cost_between(const ServerUse& before, const ServerUse& after);

// Why it is not known.
enum class NoCost : std::uint8_t { not_told, has_ended };
using Cost = std::expected<ServerCost, NoCost>;

// Whether it was checked that what was sent is there.
enum class Checked : std::uint8_t { yes, no };

struct BenchReport {
  const Bench& bench;
  const load::Outcome& outcome;
  Cost cost = std::unexpected(NoCost::not_told);
  Checked checked = Checked::yes;
};

std::string text_of(const BenchReport& report);
boost::json::object object_of(const BenchReport& report);

// "740 ns", "12.3 µs", "4.56 ms", "1.20 s": three digits.
std::string latency_text(std::chrono::nanoseconds latency);

// "1,234,567"
std::string count_text(std::uint64_t count);

}  // namespace mailrail::cli
