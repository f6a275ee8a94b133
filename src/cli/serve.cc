#include "cli/serve.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "cli/address.h"
#include "cli/banner.h"
#include "cli/environment.h"
#include "cli/inherited_sockets.h"
#include "cli/printable.h"
#include "cli/supervisor.h"
#include "server/server.h"

namespace mailrail::cli {
namespace {

constexpr std::chrono::milliseconds drain_patience = std::chrono::seconds(10);
constexpr std::chrono::milliseconds drain_slice{100};
constexpr Duration look_period = 1s;
// Between two words of a recovery that goes on.
constexpr Duration recovery_patience = 120s;

timespec timespec_of(Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return {.tv_sec = seconds.count(),
          .tv_nsec = std::chrono::nanoseconds(duration - seconds).count()};
}

// Tells the supervisor that the server lives, as long as its engine takes turns.
class Heart {
 public:
  Heart(server::Server& server, const Supervisor& supervisor)
      : server_(server), supervisor_(supervisor), period_(supervisor.beats_every()) {
    if (period_) feel();
  }

  Duration period() const { return period_.value_or(look_period); }

  void beat() {
    if (!period_ || !felt_->exchange(false)) return;
    supervisor_.alive();
    feel();
  }

 private:
  void feel() {
    server_.feel_pulse([felt = felt_] { *felt = true; });
  }

  server::Server& server_;
  const Supervisor& supervisor_;
  const std::optional<Duration> period_;
  const std::shared_ptr<std::atomic<bool>> felt_ = std::make_shared<std::atomic<bool>>(false);
};

std::string banner_of(const server::Options& options, const server::Server& server) {
  return options.shared_log ? banner(options, server.started(), server.log_status(), server.port())
                            : banner(options, server.started(), server.port());
}

// SIGTERM and SIGINT end it. SIGHUP has the certificate read again; without one it ends what was
// started in a terminal that closes.
sigset_t awaited_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, each);
  return signals;
}

// Until a signal ends it. Meanwhile it sees to what shows only when one looks.
void run(server::Server& server, const sigset_t& signals, const Supervisor& supervisor) {
  const bool ends_with_terminal = server.tls() == nullptr && isatty(STDERR_FILENO) != 0;
  Heart heart(server, supervisor);
  while (true) {
    const timespec wait = timespec_of(std::min(look_period, heart.period()));
    const int signal = sigtimedwait(&signals, nullptr, &wait);
    if (signal == SIGTERM || signal == SIGINT || (signal == SIGHUP && ends_with_terminal)) return;
    if (signal == SIGHUP) server.reload_certificate();
    server.look_after_certificate();
    heart.beat();
  }
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

Result<server::Options> server_options(const ServeOptions& given) {
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
  const server::Options keyed = TRY(with_keys(limited, given.keys, process_environment()));
  const server::Options measured = TRY(with_metrics(keyed, given.metrics));
  const server::Options placed = with_sockets(TRY(with_edge(measured, given.edge)),
                                              TRY(inherited_sockets(process_environment())));
  const server::Options sent = TRY(with_webhooks(placed, given.webhooks));
  const server::Options logged = TRY(with_log(sent, given.log));
  const server::Options usual = TRY(with_compat(logged, given.compat));
  const server::Options tested = TRY(with_test_api(usual, given.test_api));
  const server::Options shown = TRY(with_console(tested, given.console));
  return with_topology(shown, given.topology);
}

int serve(const ServeOptions& given) {
  auto options = server_options(given);
  if (!options) {
    fmt::print(stderr, "mailrail: {}\n", printable(options.error().message));
    return 2;
  }
  const auto log_format = log_format_of(given.log_format);
  if (!log_format) {
    fmt::print(stderr, "mailrail: {}\n", printable(log_format.error().message));
    return 2;
  }
  use_log_format(*log_format);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_IGN);  // As process 1 of a container it inherits children.
  const sigset_t signals = awaited_signals();
  // Before any thread starts: only the waiting for them takes them.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const Supervisor supervisor(process_environment());
  options->recovering = [&supervisor](std::uint32_t percent) {
    supervisor.starting(fmt::format("Recovers: {} %.", percent), recovery_patience);
  };
  options->recovering(0);
  const auto server = server::Server::open(*options);
  if (!server) {
    fmt::print(stderr, "mailrail: {}\n", printable(server.error().message));
    return 1;
  }
  fmt::print("{}{}", banner_of(*options, **server),
             ready_line(given.compat, options->host, (*server)->port()));
  std::fflush(stdout);
  supervisor.ready(fmt::format("Answers at port {}.", (*server)->port()));

  run(**server, signals, supervisor);
  supervisor.stopping();
  (*server)->begin_stop();
  drain(**server, signals);
  if (const auto stopped = (*server)->finish_stop(); !stopped) {
    fmt::print(stderr, "mailrail: {}\n", printable(stopped.error().message));
    return 1;
  }
  return 0;
}

}  // namespace mailrail::cli
