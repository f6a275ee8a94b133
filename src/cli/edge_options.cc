#include "cli/edge_options.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/address.h"
#include "cli/argument.h"

namespace mailrail::cli {
namespace {

constexpr std::string_view admin_socket = "admin";

// More would need more than the descriptors that a process can have.
constexpr std::size_t connections_max = 1'000'000;

http::Listener admin_listener(std::string host, std::uint16_t port) {
  return {.host = std::move(host),
          .port = port,
          .door = http::Door::all,
          .socket = {},
          .flag = "--admin-listen"};
}

Result<void> expect_name(const std::string& name) {
  std::string_view rest = name;
  if (rest.starts_with("*.")) rest.remove_prefix(2);
  const bool is_name = !rest.empty() && std::ranges::all_of(rest, [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
           (each >= '0' && each <= '9') || each == '-' || each == '.' || each == '_';
  });
  if (is_name) return {};
  return fail(errors::unusable,
              fmt::format("--hostname must be a name without a port, like queues.example.com or "
                          "*.example.com, not \"{}\".",
                          name));
}

Result<std::optional<http::TlsFiles>> tls_files(const EdgeOptions& given) {
  if (!given.tls_certificate && !given.tls_key) {
    if (!given.tls_ca) return std::optional<http::TlsFiles>();
    return fail(errors::unusable, "--tls-ca goes with --tls-certificate and --tls-key.");
  }
  if (given.tls_certificate && given.tls_key)
    return http::TlsFiles{.certificate = *given.tls_certificate, .key = *given.tls_key};
  return fail(errors::unusable,
              "--tls-certificate and --tls-key go together: a certificate is used with its key.");
}

template <class Number>
Result<Number> between_one_and(Number most, Number value, std::string_view flag) {
  if (value >= 1 && value <= most) return value;
  return fail(errors::unusable,
              fmt::format("{} must be between 1 and {}, not {}.", flag, most, value));
}

}  // namespace

void add_edge_options(CLI::App& serve, EdgeOptions& options) {
  add_option(serve, "--admin-listen", options.admin_listen,
             "Where operators ask, as HOST:PORT: administration and /metrics are answered "
             "there, and not at --listen any more. Everything else is, too. Default: at "
             "--listen while that is on loopback, else nowhere.");
  add_option(serve, "--tls-certificate", options.tls_certificate,
             "Speak TLS, with the certificate in this file (PEM, with those that lead to its "
             "root). It is read again when it changes.");
  add_option(serve, "--tls-key", options.tls_key, "The file with the certificate's key (PEM).");
  add_option(serve, "--tls-ca", options.tls_ca,
             "With --log: a file with the certificates that those of the other servers are "
             "signed by. Default: those that the system believes.");
  add_option(serve, "--hostname", options.host_names,
             "A name that this server is reached by, like queues.example.com or "
             "*.example.com; several are possible. Addresses, localhost, names without a dot "
             "and those of AWS's endpoints need none.");
  add_option(serve, "--connections", options.connections,
             "How many connections there may be. Default: 11000.");
  add_option(serve, "--connections-per-address", options.connections_per_address,
             "How many of them one address may have, or one /64 of IPv6. Default: 2000, and "
             "any number from this machine itself.");
  add_option(serve, "--requests-per-address", options.requests_per_address,
             "How many requests a second one address may make. Default: any number.");
}

Result<server::Options> with_edge(server::Options options, const EdgeOptions& given) {
  if (given.admin_listen) {
    const std::optional<Address> address = parse_address(*given.admin_listen);
    if (!address) {
      return fail(errors::unusable,
                  fmt::format("--admin-listen must be HOST:PORT, like 127.0.0.1:4567, not \"{}\".",
                              *given.admin_listen));
    }
    options.edge.listeners.push_back(admin_listener(address->host, address->port));
  }
  options.edge.tls = TRY(tls_files(given));
  options.edge.ca_file = given.tls_ca.value_or("");
  for (const std::string& each : given.host_names) TRY(expect_name(each));
  options.edge.host_names = given.host_names;
  if (given.connections) {
    options.edge.connections_max =
        TRY(between_one_and(connections_max, *given.connections, "--connections"));
  }
  http::AddressLimits& addresses = options.edge.addresses;
  if (given.connections_per_address) {
    addresses.connections_max = TRY(between_one_and(connections_max, *given.connections_per_address,
                                                    "--connections-per-address"));
  }
  if (given.requests_per_address) {
    addresses.requests_per_second = TRY(between_one_and(
        std::uint32_t{1'000'000}, *given.requests_per_address, "--requests-per-address"));
  }
  // What is said is said of all.
  if (given.connections_per_address || given.requests_per_address)
    addresses.loopback = http::AddressLimits::Loopback::counted;
  return options;
}

server::Options with_sockets(server::Options options, const std::vector<InheritedSocket>& sockets) {
  std::vector<http::Listener>& listeners = options.edge.listeners;
  const auto is_admin = [](const InheritedSocket& each) { return each.name == admin_socket; };
  if (std::ranges::any_of(sockets, is_admin))
    std::erase_if(listeners,
                  [](const http::Listener& each) { return each.door == http::Door::all; });
  for (const InheritedSocket& each : sockets) {
    if (is_admin(each)) {
      listeners.push_back(admin_listener(each.host, each.port));
      listeners.back().socket = each.descriptor;
    } else if (!options.edge.socket) {
      options.host = each.host;
      options.port = each.port;
      options.edge.socket = each.descriptor;
    } else {
      listeners.push_back({.host = each.host,
                           .port = each.port,
                           .door = http::Door::data,
                           .socket = each.descriptor});
    }
  }
  return options;
}

}  // namespace mailrail::cli
