#include "cli/bench_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ranges>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/duration_text.h"
#include "base/shown.h"
#include "base/size.h"
#include "cli/printable.h"
#include "cli/text_table.h"

namespace mailrail::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t error_characters_max = 400;

struct Share {
  std::string_view heading;
  std::string_view name;  // For programs.
  double of_all;
};

constexpr std::array shares = {
    Share{"P50", "P50", 0.5},      Share{"P90", "P90", 0.9}, Share{"P99", "P99", 0.99},
    Share{"P99.9", "P999", 0.999}, Share{"MAX", "Max", 1},
};

struct Part {
  std::string_view label;
  std::string_view name;
  const load::Measure* measure;
};

// Of those things that were measured. How long a receive of a consumer takes that waits for
// producers says nothing of the server.
std::vector<Part> parts_of(const BenchReport& report) {
  const load::Figures& figures = report.outcome.figures;
  std::vector<Part> parts;
  const bool consumes = report.bench.consumers > 0;
  const bool produces = report.bench.producers > 0;
  if (produces) {
    const bool publishes = report.bench.workload == Workload::fan_out;
    parts.push_back(
        {publishes ? "publish" : "send", publishes ? "Publish" : "Send", &figures.sends});
  }
  if (consumes && !produces) parts.push_back({"receive", "Receive", &figures.receives});
  if (consumes && produces) parts.push_back({"end to end", "EndToEnd", &figures.end_to_end});
  if (consumes) parts.push_back({"delete", "Delete", &figures.deletes});
  return parts;
}

double per_second(const BenchReport& report, std::uint64_t count) {
  return report.outcome.seconds > 0 ? static_cast<double>(count) / report.outcome.seconds : 0;
}

std::string plural(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count_text(count), noun, count == 1 ? "" : "s");
}

std::string heading_of(const BenchReport& report) {
  const Bench& bench = report.bench;
  std::vector<std::string> said;
  if (bench.producers > 0) said.push_back(plural(bench.producers, "producer"));
  if (bench.consumers > 0) said.push_back(plural(bench.consumers, "consumer"));
  if (bench.workload == Workload::fan_out) said.push_back(plural(bench.queues, "queue"));
  if (bench.script.groups() > 0) said.push_back(plural(bench.script.groups(), "conversation"));
  if (bench.workload != Workload::replay)
    said.push_back("bodies of " + size_text(bench.body_bytes));
  if (bench.producers > 0 && bench.batch > 1) said.push_back(fmt::format("{} a send", bench.batch));
  if (bench.per_second) said.push_back(fmt::format("{}/s", count_text(*bench.per_second)));
  said.push_back(fmt::format("{:.1f} s", report.outcome.seconds));
  // Two lines where one has no room.
  constexpr std::size_t columns = 80;
  std::string text = bench.name + ":";
  std::size_t line = text.size();
  for (std::size_t i = 0; i < said.size(); ++i) {
    const std::string piece = said[i] + (i + 1 < said.size() ? "," : "");
    if (line + 1 + piece.size() > columns) {
      text += "\n ";
      line = 1;
    }
    text += " " + piece;
    line += 1 + piece.size();
  }
  return text + "\n\n";
}

std::string table_of(const BenchReport& report) {
  std::vector<Row> rows = {{"", "MESSAGES/S"}};
  for (const Share& each : shares) rows.front().emplace_back(each.heading);
  for (const Part& each : parts_of(report)) {
    Row& row = rows.emplace_back();
    row.emplace_back(each.label);
    row.push_back(count_text(
        static_cast<std::uint64_t>(std::llround(per_second(report, each.measure->messages)))));
    for (const Share& share : shares)
      row.push_back(latency_text(each.measure->latencies.percentile(share.of_all)));
  }
  return TextTable().lines(rows);
}

std::uint64_t messages_of(const BenchReport& report) {
  return report.bench.producers > 0 ? report.outcome.acknowledged : report.outcome.received;
}

double us_per_message(const BenchReport& report, double seconds) {
  const std::uint64_t messages = messages_of(report);
  return messages == 0 ? 0 : seconds * 1e6 / static_cast<double>(messages);
}

std::string us_text(double microseconds) {
  return fmt::format("{:.{}f}", microseconds, microseconds >= 99.95 ? 0 : 1);
}

// JSON shows no more than it can tell.
std::int64_t nanoseconds(double microseconds) { return std::llround(microseconds * 1000); }

double total_seconds(const ServerCost& cost) {
  double sum = 0;
  for (const auto& [thread, seconds] : cost.cpu_seconds) sum += seconds;
  return sum;
}

std::string server_line(const BenchReport& report) {
  if (!report.cost) {
    return report.cost.error() == NoCost::has_ended
               ? "Server    its process ended meanwhile, so what it used is not known\n"
               : "Server    tells no CPU time or memory here; --pid finds it on this machine\n";
  }
  std::vector<std::string> threads;
  for (const auto& [thread, seconds] : report.cost->cpu_seconds)
    threads.push_back(fmt::format("{} {}", thread, us_text(us_per_message(report, seconds))));
  return fmt::format("Server    {} \u00b5s of CPU a message ({})\n          {} resident\n",
                     us_text(us_per_message(report, total_seconds(*report.cost))),
                     fmt::join(threads, ", "), size_text(report.cost->resident_bytes));
}

std::string verdict_lines(const BenchReport& report) {
  const load::Verdict& verdict = report.outcome.verdict;
  if (verdict.violations() > 0) {
    std::vector<std::string> found;
    const auto add = [&](std::uint64_t count, std::string_view what) {
      if (count > 0) found.push_back(fmt::format("{} {}", count_text(count), what));
    };
    add(verdict.lost, "lost");
    add(verdict.repeated, "repeated");
    add(verdict.out_of_order, "out of order");
    add(verdict.overlapping, "with two consumers at once");
    add(verdict.foreign, "that nobody sent");
    std::string text = fmt::format("Violated  {}\n", fmt::join(found, ", "));
    for (const std::string& each : verdict.examples)
      text += fmt::format("          {}\n", printable(each));
    return text;
  }
  if (report.outcome.was_interrupted) return "Verified  what was seen until it was interrupted\n";
  if (report.checked == Checked::no) return "Verified  nothing: this service counts only roughly\n";
  if (!report.outcome.is_complete)
    return "Verified  nothing: connections were lost before all had come out\n";
  const std::string all = plural(report.outcome.acknowledged, "message");
  if (report.bench.consumers == 0)
    return fmt::format("Verified  {} acknowledged, and in the queue\n", all);
  return fmt::format("Verified  {}: none lost, none repeated{}\n", all,
                     report.bench.order() == load::Order::fifo
                         ? ", none out of order,\n          no conversation with two consumers at "
                           "once"
                         : "");
}

json::object object_of(const BenchReport& report, const load::Measure& measure) {
  json::object latencies;
  for (const Share& each : shares) {
    latencies[each.name] =
        std::chrono::ceil<std::chrono::microseconds>(measure.latencies.percentile(each.of_all))
            .count();
  }
  return {{"Requests", measure.requests},
          {"Messages", measure.messages},
          {"MessagesPerSecond", std::llround(per_second(report, measure.messages))},
          {"LatencyMicroseconds", std::move(latencies)}};
}

json::object object_of(const load::Verdict& verdict) {
  return {{"Lost", verdict.lost},
          {"Repeated", verdict.repeated},
          {"OutOfOrder", verdict.out_of_order},
          {"Overlapping", verdict.overlapping},
          {"Foreign", verdict.foreign},
          {"Examples", json::array(verdict.examples.begin(), verdict.examples.end())}};
}

}  // namespace

ServerCost cost_between(const ServerUse& before, const ServerUse& after) {
  ServerCost cost{.resident_bytes = after.resident_bytes};
  for (const auto& [thread, seconds] : after.cpu_seconds) {
    const auto earlier = before.cpu_seconds.find(thread);
    const double since = earlier == before.cpu_seconds.end() ? 0 : earlier->second;
    cost.cpu_seconds[thread] = std::max(0.0, seconds - since);
  }
  return cost;
}

std::string text_of(const BenchReport& report) {
  std::string text =
      heading_of(report) + table_of(report) + "\n" + server_line(report) + verdict_lines(report);
  if (const load::Figures& figures = report.outcome.figures; figures.errors > 0) {
    text += fmt::format("Failed    {}, the first with: {}\n", plural(figures.errors, "request"),
                        cut(printable(figures.first_error), error_characters_max));
  }
  return text;
}

json::object object_of(const BenchReport& report) {
  const Bench& bench = report.bench;
  const load::Outcome& outcome = report.outcome;
  json::object object = {
      {"Workload", bench.name},       {"Milliseconds", std::llround(outcome.seconds * 1000)},
      {"Producers", bench.producers}, {"Consumers", bench.consumers},
      {"Queues", bench.queues},       {"Conversations", bench.script.groups()}};
  if (bench.workload != Workload::replay) object["BodyBytes"] = bench.body_bytes;
  if (bench.producers > 0) object["Batch"] = bench.batch;
  if (bench.per_second) object["Rate"] = *bench.per_second;
  for (const Part& each : parts_of(report)) object[each.name] = object_of(report, *each.measure);
  object["Acknowledged"] = outcome.acknowledged;
  object["Received"] = outcome.received;
  object["Errors"] = outcome.figures.errors;
  if (outcome.figures.errors > 0) object["FirstError"] = shown(outcome.figures.first_error);
  object["Interrupted"] = outcome.was_interrupted;
  object["Verified"] =
      report.checked == Checked::yes && !outcome.was_interrupted && outcome.is_complete;
  object["Violations"] = object_of(outcome.verdict);
  if (report.cost) {
    json::object threads;
    for (const auto& [thread, seconds] : report.cost->cpu_seconds)
      threads[thread] = nanoseconds(us_per_message(report, seconds));
    object["Server"] = {{"CpuNanosecondsPerMessage",
                         nanoseconds(us_per_message(report, total_seconds(*report.cost)))},
                        {"CpuNanosecondsPerMessageByThread", std::move(threads)},
                        {"ResidentBytes", report.cost->resident_bytes}};
  }
  return object;
}

std::string latency_text(std::chrono::nanoseconds latency) {
  constexpr std::array<std::string_view, 4> units = {"ns", "\u00b5s", "ms", "s"};
  auto value = static_cast<double>(latency.count());
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  if (unit == 0 || value >= 99.95) return fmt::format("{:.0f} {}", value, units[unit]);
  return fmt::format("{:.{}f} {}", value, value >= 9.995 ? 1 : 2, units[unit]);
}

std::string count_text(std::uint64_t count) {
  std::string digits = fmt::to_string(count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

}  // namespace mailrail::cli
