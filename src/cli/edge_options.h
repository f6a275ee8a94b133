// How a server meets its clients, as it is said on the command line: the port for operators, TLS,
// its names, and what connections and requests it takes.
//
// What is wrong is told with the option's name, the value and what would be right.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/inherited_sockets.h"
#include "server/server.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

struct EdgeOptions {
  std::optional<std::string> admin_listen = {};
  std::optional<std::string> tls_certificate = {};
  std::optional<std::string> tls_key = {};
  std::optional<std::string> tls_ca = {};
  std::vector<std::string> host_names = {};
  std::optional<std::size_t> connections = {};
  std::optional<std::size_t> connections_per_address = {};
  std::optional<std::uint32_t> requests_per_address = {};
};

void add_edge_options(CLI::App& serve, EdgeOptions& options);

Result<server::Options> with_edge(server::Options options, const EdgeOptions& given);

// Sockets that were handed to the process stand before the addresses that were said: one that is
// named "admin" before --admin-listen, all others before --listen.
server::Options with_sockets(server::Options options, const std::vector<InheritedSocket>& sockets);

}  // namespace mailrail::cli
