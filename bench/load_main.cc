// load_tool: drives a server that is there, queue and all, as hard as a few connections can, and
// says how fast that was. For the figures; `mailrail bench` is for people.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "bench/cycle.h"
#include "load/consumer.h"
#include "load/loop.h"
#include "load/producer.h"

namespace {

using namespace mailrail;
using namespace mailrail::load;

enum class Mode : std::uint8_t {
  send,
  send_batch,
  get,  // The bytes of a send, to a server that answers a constant.
  publish,
  receive,
  receive_delete,
  cycle,
};

struct Options {
  Mode mode = Mode::send;
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string queue_url;
  std::string topic_arn;
  std::string publish_parameters;
  std::string bodies_file;
  std::uint32_t connections = 64;
  std::size_t body_bytes = 1024;
  std::uint32_t groups = 0;
  std::uint64_t first_group = 0;
  int receive_max = 10;
  int wait_seconds = 0;
  std::uint64_t count = 0;
  double duration_seconds = 0;
  double warm_up_seconds = 0;
  bool is_json = false;
};

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::chrono::nanoseconds nanoseconds(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

// What the options do not say and have to, as a sentence.
std::string_view missing_in(const Options& options, const std::vector<std::string>& bodies) {
  const bool publishes = options.mode == Mode::publish;
  if ((publishes ? options.topic_arn : options.queue_url).empty())
    return "Say where: --queue-url, or --topic-arn to publish.";
  if (publishes && bodies.empty())
    return "Say what to publish: --bodies, a file with at least one line.";
  if (options.count == 0 && options.duration_seconds == 0)
    return "Say when to end: --count or --duration.";
  return "";
}

Sending sending_of(const Options& options) {
  if (options.mode == Mode::publish) return Sending::publishing;
  if (options.mode == Mode::send_batch) return Sending::in_batches;
  return options.bodies_file.empty() ? Sending::one_by_one : Sending::by_query;
}

std::string run_name() {
  return fmt::format("{:08x}", static_cast<std::uint32_t>(
                                   std::chrono::system_clock::now().time_since_epoch().count() ^
                                   (static_cast<std::int64_t>(getpid()) << 16)));
}

// The roles of a mode, and what they share.
class Driver {
 public:
  Driver(const Options& options, const Script& script, const Endpoint& endpoint)
      : options_(options),
        script_(script),
        requests_({.host_header = endpoint.host_header, .region = "us-east-1"},
                  Tag(run_name()),
                  Tagging::plain),
        ends_at_(options.duration_seconds == 0
                     ? Time::max()
                     : std::chrono::steady_clock::now() +
                           nanoseconds(options.warm_up_seconds + options.duration_seconds)),
        messages_max_(options.count == 0 ? UINT64_MAX : options.count),
        production_{.sending = sending_of(options),
                    .target = options.mode == Mode::publish ? options.topic_arn : options.queue_url,
                    .more = options.publish_parameters,
                    .requests = requests_,
                    .script = script,
                    .figures = figures,
                    .messages_max = messages_max_,
                    .ends_at = ends_at_},
        consumption_{
            .queue_url = options.queue_url,
            .receive_max = options.receive_max,
            .wait_seconds = options.wait_seconds,
            .deleting = options.mode == Mode::receive ? Deleting::only_receives : Deleting::deletes,
            .requests = requests_,
            .figures = figures,
            .messages_max = messages_max_,
            .ends_at = ends_at_} {
    figures.window.from = std::chrono::steady_clock::now() + nanoseconds(options.warm_up_seconds);
  }

  Result<void> run(const Endpoint& endpoint) {
    std::vector<std::unique_ptr<Role>> roles;
    Loop loop;
    for (std::uint32_t i = 0; i < options_.connections; ++i) {
      roles.push_back(role({.number = i, .of = options_.connections}));
      TRY(loop.add(endpoint, *roles.back()));
    }
    loop.run([](Time) { return Loop::Tick::go_on; });
    return {};
  }

  const Measure& measure() const { return is_producing() ? figures.sends : figures.receives; }

  Figures figures;

 private:
  bool is_producing() const {
    return options_.mode == Mode::send || options_.mode == Mode::send_batch ||
           options_.mode == Mode::get || options_.mode == Mode::publish;
  }

  std::unique_ptr<Role> role(const Part& part) {
    if (is_producing()) return std::make_unique<Producer>(production_, part);
    if (options_.mode != Mode::cycle) return std::make_unique<Consumer>(consumption_);
    return std::make_unique<bench::Cycle>(bench::Cycle::Options{.queue_url = options_.queue_url,
                                                                .part = part,
                                                                .cycles_max = messages_max_,
                                                                .ends_at = ends_at_},
                                          requests_, script_, figures);
  }

  const Options& options_;
  const Script& script_;
  const Requests requests_;
  const Time ends_at_;
  const std::uint64_t messages_max_;
  Production production_;
  Consumption consumption_;
};

void report(const Options& options, const Figures& figures, const Measure& measure) {
  const auto us = [&](double share) {
    return std::chrono::duration<double, std::micro>(measure.latencies.percentile(share)).count();
  };
  const double seconds =
      std::max(1e-9, std::chrono::duration<double>(measure.last - figures.window.from).count());
  const double requests = static_cast<double>(measure.requests) / seconds;
  const double messages = static_cast<double>(measure.messages) / seconds;
  if (!options.is_json) {
    fmt::print(
        "{:.0f} requests/s, {:.0f} messages/s in {:.2f} s; latency p50 {:.0f} us, p99 {:.0f} us, "
        "max {:.0f} us; {} errors\n",
        requests, messages, seconds, us(0.5), us(0.99), us(1), figures.errors);
    return;
  }
  fmt::print(
      R"({{"requests": {}, "messages": {}, "seconds": {:.3f}, "requests_per_second": {:.0f}, )"
      R"("messages_per_second": {:.0f}, "p50_us": {:.0f}, "p99_us": {:.0f}, "p999_us": {:.0f}, )"
      R"("max_us": {:.0f}, "errors": {}}})"
      "\n",
      measure.requests, measure.messages, seconds, requests, messages, us(0.5), us(0.99), us(0.999),
      us(1), figures.errors);
}

void add_options(CLI::App& app, Options& options) {
  static const std::map<std::string, Mode> modes = {
      {"send", Mode::send},       {"send-batch", Mode::send_batch},
      {"get", Mode::get},         {"publish", Mode::publish},
      {"receive", Mode::receive}, {"receive-delete", Mode::receive_delete},
      {"cycle", Mode::cycle}};
  app.add_option("mode", options.mode,
                 "send, send-batch, get, publish, receive, receive-delete or cycle")
      ->required()
      ->transform(CLI::CheckedTransformer(modes));
  app.add_option("--host", options.host, "Address of the server")->capture_default_str();
  app.add_option("--port", options.port, "Its port")->required();
  app.add_option("--queue-url", options.queue_url, "The queue");
  app.add_option("--topic-arn", options.topic_arn, "The topic, to publish");
  app.add_option("--publish-parameters", options.publish_parameters,
                 "What a publish says beside it, as a form has it: &MessageAttributes...");
  app.add_option("--bodies", options.bodies_file,
                 "A file with a percent-encoded body a line, for send and publish by AWS Query");
  app.add_option("--connections", options.connections, "Requests at a time")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--size", options.body_bytes, "Bytes of a message's body")->capture_default_str();
  app.add_option("--groups", options.groups,
                 "Message groups to spread messages over; 0 for a standard queue");
  app.add_option("--first-group", options.first_group, "Number of the first of them");
  app.add_option("--receive-max", options.receive_max, "Messages of one receive")
      ->check(CLI::Range(1, 10));
  app.add_option("--wait", options.wait_seconds, "Seconds of a long poll")
      ->check(CLI::Range(0, 20));
  app.add_option("--count", options.count, "Messages until the end");
  app.add_option("--duration", options.duration_seconds, "Seconds until the end");
  app.add_option("--warm-up", options.warm_up_seconds, "Seconds before anything is counted");
  app.add_flag("--json", options.is_json, "Print one JSON object");
}

}  // namespace

int main(int argument_count, char** arguments) {
  CLI::App app("Drives a server in a closed loop and prints rates and latencies.");
  Options options;
  add_options(app, options);
  CLI11_PARSE(app, argument_count, arguments);
  std::vector<std::string> bodies;
  if (!options.bodies_file.empty()) bodies = lines_of(options.bodies_file);
  if (const std::string_view missing = missing_in(options, bodies); !missing.empty()) {
    fmt::print(stderr, "{}\n", missing);
    return 2;
  }
  const Script script = bodies.empty() ? Script::made_up({.text_bytes = options.body_bytes,
                                                          .groups = options.groups,
                                                          .first_group = options.first_group})
                                       : Script::of_texts(std::move(bodies));
  const auto endpoint = resolve(fmt::format("http://{}:{}", options.host, options.port));
  if (!endpoint) {
    fmt::print(stderr, "{}\n", endpoint.error().message);
    return 1;
  }
  Driver driver(options, script, *endpoint);
  if (const auto ran = driver.run(*endpoint); !ran) {
    fmt::print(stderr, "{}\n", ran.error().message);
    return 1;
  }
  report(options, driver.figures, driver.measure());
  if (driver.figures.errors == 0) return 0;
  fmt::print(stderr, "First error: {}\n", driver.figures.first_error);
  return 1;
}
