// mailrail_load: drives an SQS endpoint as hard as a few connections can, and says how fast that
// was.

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "bench/load.h"

namespace {

using namespace mailrail::bench;

std::uint32_t percentile(const std::vector<std::uint32_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

void report_json(const Outcome& outcome, double request_rate, double message_rate) {
  fmt::print(
      R"({{"requests": {}, "messages": {}, "seconds": {:.3f}, "requests_per_second": {:.0f}, )"
      R"("messages_per_second": {:.0f}, "p50_us": {}, "p99_us": {}, "p999_us": {}, "max_us": {}, "errors": {}}})"
      "\n",
      outcome.latencies_us.size(), outcome.messages, outcome.seconds, request_rate, message_rate,
      percentile(outcome.latencies_us, 0.5), percentile(outcome.latencies_us, 0.99),
      percentile(outcome.latencies_us, 0.999), percentile(outcome.latencies_us, 1), outcome.errors);
}

void report_text(const Outcome& outcome, double request_rate, double message_rate) {
  fmt::print(
      "{:.0f} requests/s, {:.0f} messages/s in {:.2f} s; latency p50 {} us, p99 {} us, max {} us; "
      "{} errors\n",
      request_rate, message_rate, outcome.seconds, percentile(outcome.latencies_us, 0.5),
      percentile(outcome.latencies_us, 0.99), percentile(outcome.latencies_us, 1), outcome.errors);
}

}  // namespace

int main(int argument_count, char** arguments) {
  CLI::App app("Drives an SQS endpoint in a closed loop and prints rates and latencies.");
  const std::map<std::string, Mode> modes = {
      {"send", Mode::send},       {"send-batch", Mode::send_batch},         {"get", Mode::get},
      {"receive", Mode::receive}, {"receive-delete", Mode::receive_delete}, {"cycle", Mode::cycle}};
  Plan plan;
  double duration_seconds = 0, warm_up_seconds = 0;
  bool is_json = false;

  app.add_option("mode", plan.mode, "send, send-batch, get, receive, receive-delete or cycle")
      ->required()
      ->transform(CLI::CheckedTransformer(modes));
  app.add_option("--host", plan.host, "IPv4 address of the server")->capture_default_str();
  app.add_option("--port", plan.port, "Its port")->required();
  app.add_option("--queue-url", plan.messages.queue_url, "The queue")->required();
  app.add_option("--connections", plan.connections, "Requests at a time")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--size", plan.messages.body_bytes, "Bytes of a message's body")
      ->capture_default_str();
  app.add_option("--groups", plan.messages.groups,
                 "Message groups to spread messages over; 0 for a standard queue");
  app.add_option("--first-group", plan.messages.first_group, "Number of the first of them");
  app.add_option("--receive-max", plan.receive_count_max, "Messages of one receive")
      ->check(CLI::Range(1, 10));
  app.add_option("--wait", plan.wait_seconds, "Seconds of a long poll")->check(CLI::Range(0, 20));
  auto* count = app.add_option("--count", plan.message_count, "Messages until the end");
  auto* duration = app.add_option("--duration", duration_seconds, "Seconds until the end");
  app.add_option("--warm-up", warm_up_seconds, "Seconds before anything is counted");
  app.add_flag("--json", is_json, "Print one JSON object");
  CLI11_PARSE(app, argument_count, arguments);
  if (count->empty() && duration->empty()) {
    fmt::print(stderr, "Say when to end: --count or --duration.\n");
    return 2;
  }
  plan.duration = std::chrono::milliseconds(static_cast<std::int64_t>(duration_seconds * 1000));
  plan.warm_up = std::chrono::milliseconds(static_cast<std::int64_t>(warm_up_seconds * 1000));

  const Outcome outcome = run(plan);

  const double request_rate = static_cast<double>(outcome.latencies_us.size()) / outcome.seconds;
  const double message_rate = static_cast<double>(outcome.messages) / outcome.seconds;
  if (is_json) {
    report_json(outcome, request_rate, message_rate);
  } else {
    report_text(outcome, request_rate, message_rate);
  }
  if (outcome.errors == 0) return 0;
  fmt::print(stderr, "First error: {}\n", outcome.first_error);
  return 1;
}
