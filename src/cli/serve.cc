#include "cli/serve.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cli/address.h"
#include "cli/banner.h"
#include "server/server.h"

namespace mailrail::cli {
namespace {

constexpr std::chrono::milliseconds drain_patience = std::chrono::seconds(10);
constexpr std::chrono::milliseconds drain_slice{100};

Result<server::Options> options_of(const ServeOptions& given) {
  const std::optional<Address> address = parse_address(given.listen);
  if (!address) {
    return fail(
        errors::unusable,
        fmt::format("--listen must be HOST:PORT, like 127.0.0.1:4566, not \"{}\".", given.listen));
  }
  if (given.data.empty()) return fail(errors::unusable, "--data must name a directory.");
  const server::Options options{
      .host = address->host,
      .port = address->port,
      .data = given.data,
      .strictness = given.is_aws_strict ? engine::Strictness::aws : engine::Strictness::lenient};
  if (given.log.url && given.limits.disk && given.limits.disk->ends_with('%')) {
    return fail(
        errors::unusable,
        fmt::format("With --log, --disk-limit must be a size like 20GB: nobody knows of what "
                    "\"{}\" would be a share.",
                    *given.limits.disk));
  }
  const server::Options limited = TRY(with_limits(options, given.limits));
  const server::Options sent = TRY(with_webhooks(limited, given.webhooks));
  const server::Options logged = TRY(with_log(sent, given.log));
  const server::Options usual = TRY(with_compat(logged, given.compat));
  return with_test_api(usual, given.test_api);
}

std::string banner_of(const server::Options& options, const server::Server& server) {
  return options.shared_log ? banner(options, server.started(), server.log_status(), server.port())
                            : banner(options, server.started(), server.port());
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
    fmt::print(stderr, "mailrail: {}\n", options.error().message);
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
  fmt::print("{}{}", banner_of(*options, **server),
             ready_line(given.compat, options->host, (*server)->port()));
  std::fflush(stdout);

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
