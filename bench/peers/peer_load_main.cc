// mailrail_peer_load: drives a peer of mailrail as hard as a few connections can, and says how fast
// that was, as load_tool does of mailrail.

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "bench/peers/closed_loop.h"

namespace {

using namespace mailrail::bench::peers;

enum class Peer { redis, beanstalkd, amqp, postgres };

struct Target {
  Peer peer = Peer::redis;
  Work work = Work::send;
  std::uint16_t port = 0;
  std::string conninfo;
  std::size_t body_bytes = 1024;
  std::size_t connections = 64;
};

std::unique_ptr<Client> client(const Target& target, std::size_t number) {
  switch (target.peer) {
    case Peer::redis:
      return stream_client(target.port, redis_dialogue(target.work, target.body_bytes, number));
    case Peer::beanstalkd:
      return stream_client(target.port, beanstalkd_dialogue(target.work, target.body_bytes));
    case Peer::amqp:
      return stream_client(target.port, amqp_dialogue(target.work, target.body_bytes));
    case Peer::postgres:
      return postgres_client(target.conninfo, target.work, target.body_bytes);
  }
  std::unreachable();
}

// What the command line does not say and has to, as a sentence.
std::string_view missing_in(const Target& target, const Plan& plan) {
  if (target.peer == Peer::postgres && target.conninfo.empty())
    return "Say where PostgreSQL is: --conninfo.";
  if (target.peer != Peer::postgres && target.port == 0) return "Say where the peer is: --port.";
  if (plan.message_count == 0 && plan.duration.count() == 0)
    return "Say when to end: --count or --duration.";
  return "";
}

void report(const Outcome& outcome) {
  const mailrail::load::Measure& measure = outcome.measure;
  const auto us = [&](double share) {
    return std::chrono::duration<double, std::micro>(measure.latencies.percentile(share)).count();
  };
  const double seconds = std::max(1e-9, outcome.seconds);
  fmt::print(R"({{"requests": {}, "messages": {}, "messages_in_all": {}, "seconds": {:.3f}, )"
             R"("requests_per_second": {:.0f}, "messages_per_second": {:.0f}, "p50_us": {:.0f}, )"
             R"("p99_us": {:.0f}, "p999_us": {:.0f}, "max_us": {:.0f}, "errors": {}}})"
             "\n",
             measure.requests, measure.messages, outcome.messages_in_all, outcome.seconds,
             static_cast<double>(measure.requests) / seconds,
             static_cast<double>(measure.messages) / seconds, us(0.5), us(0.99), us(0.999), us(1),
             outcome.errors);
}

}  // namespace

int main(int argument_count, char** arguments) {
  CLI::App app("Drives a peer of mailrail in a closed loop; prints rates and latencies as JSON.");
  const std::map<std::string, Peer> peers = {{"redis", Peer::redis},
                                             {"beanstalkd", Peer::beanstalkd},
                                             {"rabbitmq", Peer::amqp},
                                             {"postgres", Peer::postgres}};
  const std::map<std::string, Work> works = {{"send", Work::send},
                                             {"send-batch", Work::send_batch},
                                             {"receive-delete", Work::receive_delete}};
  Target target;
  Plan plan;
  double duration_seconds = 0, warm_up_seconds = 0;
  app.add_option("peer", target.peer, "redis, beanstalkd, rabbitmq or postgres")
      ->required()
      ->transform(CLI::CheckedTransformer(peers));
  app.add_option("work", target.work, "send, send-batch or receive-delete")
      ->required()
      ->transform(CLI::CheckedTransformer(works));
  app.add_option("--port", target.port, "Its port on 127.0.0.1");
  app.add_option("--conninfo", target.conninfo, "Where PostgreSQL is, as libpq has it");
  app.add_option("--connections", target.connections, "Requests at a time")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--size", target.body_bytes, "Bytes of a message's body")->capture_default_str();
  app.add_option("--count", plan.message_count, "Messages until the end");
  app.add_option("--duration", duration_seconds, "Seconds until the end");
  app.add_option("--warm-up", warm_up_seconds, "Seconds before anything is counted");
  CLI11_PARSE(app, argument_count, arguments);
  plan.duration = std::chrono::milliseconds(static_cast<std::int64_t>(duration_seconds * 1000));
  plan.warm_up = std::chrono::milliseconds(static_cast<std::int64_t>(warm_up_seconds * 1000));
  if (const std::string_view missing = missing_in(target, plan); !missing.empty()) {
    fmt::print(stderr, "{}\n", missing);
    return 2;
  }
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t number = 0; number < target.connections; ++number)
    clients.push_back(client(target, number));

  const Outcome outcome = run(plan, std::move(clients));

  report(outcome);
  if (outcome.errors == 0) return 0;
  fmt::print(stderr, "First error: {}\n", outcome.first_error);
  return 1;
}
