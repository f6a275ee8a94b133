#include "cli/serve.h"

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cli/banner.h"
#include "server/server.h"

namespace mailrail::cli {
namespace {

constexpr std::chrono::milliseconds drain_patience = std::chrono::seconds(10);
constexpr std::chrono::milliseconds drain_slice{100};

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

// HOST:PORT, the host of an IPv6 address in brackets.
std::optional<Address> address_of(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  Address address{.host = text.substr(0, colon)};
  if (address.host.starts_with('[') && address.host.ends_with(']'))
    address.host = address.host.substr(1, address.host.size() - 2);
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc() || parsed != end) return std::nullopt;
  return address;
}

Result<server::Options> options_of(const ServeOptions& given) {
  const std::optional<Address> address = address_of(given.listen);
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
  return with_webhooks(TRY(with_limits(options, given.limits)), given.webhooks);
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
  fmt::print("{}", banner(*options, (*server)->started(), (*server)->port()));
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
