#include "cli/serve.h"

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "server/server.h"

namespace mailrail::cli {
namespace {

constexpr std::chrono::milliseconds drain_patience = std::chrono::seconds(10);
constexpr std::chrono::milliseconds drain_slice{100};

// HOST:PORT, the host of an IPv6 address in brackets.
std::optional<server::Options> options_of(const ServeOptions& given) {
  server::Options options{.data = given.data};
  const std::size_t colon = given.listen.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  options.host = given.listen.substr(0, colon);
  if (options.host.starts_with('[') && options.host.ends_with(']'))
    options.host = options.host.substr(1, options.host.size() - 2);
  const char* const end = given.listen.data() + given.listen.size();
  const auto [parsed, error] = std::from_chars(given.listen.data() + colon + 1, end, options.port);
  if (error != std::errc() || parsed != end) return std::nullopt;
  return options;
}

std::string recovery_line(const server::Started& started) {
  const log::Recovered& recovered = started.recovered;
  if (recovered.last_stop == log::LastStop::none) return "new";
  std::string line =
      fmt::format("{} messages in {} queues, {} frames read in {} ms, last stop {}",
                  started.messages, started.queues, recovered.frames, started.recovery_time.count(),
                  recovered.last_stop == log::LastStop::clean ? "clean" : "unclean");
  if (recovered.torn_frames > 0) {
    line += fmt::format("\n               {} torn, never acknowledged frame trimmed, kept as {}",
                        recovered.torn_frames, recovered.torn_copy);
  }
  return line;
}

void print_banner(const server::Options& options, const server::Server& server) {
  const std::string host =
      options.host.find(':') == std::string::npos ? options.host : "[" + options.host + "]";
  const std::string endpoint = fmt::format("http://{}:{}", host, server.port());
  fmt::print("mailrail {}\n\n", MAILRAIL_VERSION);
  fmt::print("  endpoint     {}\n", endpoint);
  fmt::print("  data         {}\n", options.data);
  fmt::print("  recovered    {}\n", recovery_line(server.started()));
  fmt::print("  durability   on disk (fdatasync) before every answer\n");
  fmt::print("  credentials  any: this server listens on loopback only\n\n");
  fmt::print("  Try: aws --endpoint-url {} sqs create-queue --queue-name hello\n", endpoint);
  std::fflush(stdout);
}

// A second signal cuts the waiting short.
void drain(server::Server& server, const sigset_t& signals) {
  const timespec at_once{};
  for (auto waited = std::chrono::milliseconds(0); waited < drain_patience; waited += drain_slice) {
    if (server.is_drained(drain_slice)) return;
    if (sigtimedwait(&signals, nullptr, &at_once) > 0) break;
  }
  spdlog::warn("stopping although not every call was answered");
}

}  // namespace

int serve(const ServeOptions& given) {
  const auto options = options_of(given);
  if (!options) {
    fmt::print(stderr, "mailrail: --listen must be HOST:PORT, like 127.0.0.1:4566, not \"{}\".\n",
               given.listen);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals,
                  nullptr);  // Before any thread starts: only sigwait() takes them.

  const auto server = server::Server::open(*options);
  if (!server) {
    fmt::print(stderr, "mailrail: {}\n", server.error().message);
    return 1;
  }
  print_banner(*options, **server);

  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->begin_stop();
  drain(**server, signals);
  if (const auto stopped = (*server)->finish_stop(); !stopped) {
    fmt::print(stderr, "mailrail: {}\n", stopped.error().message);
    return 1;
  }
  return 0;
}

}  // namespace mailrail::cli
