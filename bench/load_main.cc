// mailrail_load: drives an SQS endpoint as hard as a few connections can, and says how fast that
// was.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "bench/load.h"

namespace {

using namespace mailrail::bench;

std::uint32_t percentile(const std::vector<std::uint32_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// What the plan does not say and has to, as a sentence.
std::string_view missing_in(const Plan& plan) {
  const bool publishes = plan.mode == Mode::publish;
  if ((publishes ? plan.messages.topic_arn : plan.messages.queue_url).empty())
    return "Say where: --queue-url, or --topic-arn to publish.";
  if (publishes && plan.messages.bodies.empty())
    return "Say what to publish: --bodies, a file with at least one line.";
  if (plan.message_count == 0 && plan.duration.count() == 0)
    return "Say when to end: --count or --duration.";
  return "";
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
      {"send", Mode::send},       {"send-batch", Mode::send_batch},
      {"get", Mode::get},         {"publish", Mode::publish},
      {"receive", Mode::receive}, {"receive-delete", Mode::receive_delete},
      {"cycle", Mode::cycle}};
  Plan plan;
  double duration_seconds = 0, warm_up_seconds = 0;
  bool is_json = false;
  std::string bodies_file;

  app.add_option("mode", plan.mode,
                 "send, send-batch, get, publish, receive, receive-delete or cycle")
      ->required()
      ->transform(CLI::CheckedTransformer(modes));
  app.add_option("--host", plan.host, "IPv4 address of the server")->capture_default_str();
  app.add_option("--port", plan.port, "Its port")->required();
  app.add_option("--queue-url", plan.messages.queue_url, "The queue");
  app.add_option("--topic-arn", plan.messages.topic_arn, "The topic, to publish");
  app.add_option("--publish-parameters", plan.messages.publish_parameters,
                 "What a publish says beside it, as a form has it: &MessageAttributes...");
  app.add_option("--bodies", bodies_file,
                 "A file with a percent-encoded body a line, for send and publish by AWS Query");
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
  app.add_option("--count", plan.message_count, "Messages until the end");
  app.add_option("--duration", duration_seconds, "Seconds until the end");
  app.add_option("--warm-up", warm_up_seconds, "Seconds before anything is counted");
  app.add_flag("--json", is_json, "Print one JSON object");
  CLI11_PARSE(app, argument_count, arguments);
  if (!bodies_file.empty()) plan.messages.bodies = lines_of(bodies_file);
  plan.duration = std::chrono::milliseconds(static_cast<std::int64_t>(duration_seconds * 1000));
  plan.warm_up = std::chrono::milliseconds(static_cast<std::int64_t>(warm_up_seconds * 1000));
  if (const std::string_view missing = missing_in(plan); !missing.empty()) {
    fmt::print(stderr, "{}\n", missing);
    return 2;
  }

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
