#include "cli/healthcheck_command.h"

#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "base/shown.h"
#include "cli/address.h"
#include "cli/argument.h"
#include "cli/exit_codes.h"
#include "cli/printable.h"
#include "client/endpoint.h"
#include "client/fetch.h"
#include "client/profile.h"

namespace mailrail::cli {
namespace {

constexpr Duration patience = 5s;
// A standby does what it is there for, and says 503 so that no load balancer sends it calls.
constexpr std::string_view standby = "standby";

// By its own certificate nobody would know it by this name.
constexpr std::string_view own_machine[] = {"https://127.0.0.1", "https://localhost",
                                            "https://[::1]"};

client::Trust trust_in(std::string_view endpoint) {
  for (const std::string_view each : own_machine) {
    if (!endpoint.starts_with(each)) continue;
    endpoint.remove_prefix(each.size());
    if (endpoint.empty() || endpoint[0] == ':' || endpoint[0] == '/') return client::Trust::any;
    break;
  }
  return client::Trust::verified;
}

int check(const std::optional<std::string>& option) {
  Result<std::string> endpoint = checked_endpoint(option, process_environment());
  if (!endpoint) {
    fmt::print(stderr, "mailrail: {}\n", endpoint.error().message);
    return static_cast<int>(exit_code_of(endpoint.error()));
  }
  while (endpoint->ends_with('/')) endpoint->pop_back();
  const auto answer = client::fetch({.url = *endpoint + "/readyz",
                                     .timeout = patience,
                                     .method = "GET",
                                     .trust = trust_in(*endpoint)});
  if (!answer) {
    fmt::print(stderr, "mailrail: {}\n", answer.error().message);
    return static_cast<int>(ExitCode::failed);
  }
  const std::string_view body = answer->body;
  fmt::print("{}\n", printable(shown(body.substr(0, body.find('\n')))));
  const bool is_well = answer->status == 200 || body.starts_with(standby);
  return static_cast<int>(is_well ? ExitCode::done : ExitCode::failed);
}

}  // namespace

Result<std::string> checked_endpoint(const std::optional<std::string>& option,
                                     const Environment& environment) {
  const auto listen = environment("MAILRAIL_LISTEN");
  if (option || environment("MAILRAIL_ENDPOINT_URL") || !listen) {
    const client::Surroundings surroundings{.variable = environment, .file = {}, .output = {}};
    return TRY(client::endpoint_of(client::Service::sqs, option, client::Profile(), surroundings))
        .url;
  }
  std::optional<Address> address = parse_address(*listen);
  if (!address) {
    return fail(errors::usage,
                fmt::format("MAILRAIL_LISTEN is {}, which is not HOST:PORT.", shown(*listen)));
  }
  if (address->host == "0.0.0.0") address->host = "127.0.0.1";
  if (address->host == "::") address->host = "::1";
  const bool is_ipv6 = address->host.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}", environment("MAILRAIL_TLS_CERTIFICATE") ? "https" : "http",
                     is_ipv6 ? "[" + address->host + "]" : address->host, address->port);
}

Command add_healthcheck(CLI::App& app) {
  const auto endpoint = std::make_shared<std::optional<std::string>>();
  CLI::App* command =
      add_subcommand(app, "healthcheck",
                     "Ask the server on this machine whether it is ready, or stands by.\n"
                     "Exits with 0 if it is, else 1.");
  add_option(*command, "--endpoint-url,--endpoint", *endpoint,
             "The server's URL. Default: MAILRAIL_ENDPOINT_URL, where MAILRAIL_LISTEN "
             "says, AWS_ENDPOINT_URL, or http://127.0.0.1:4566.");
  return {.app = command, .run = [endpoint] { return check(*endpoint); }};
}

}  // namespace mailrail::cli
