// EdgeOptions: how a server meets its clients beyond host and port: further places where it
// listens, TLS, its names, and what one address may take. Without any of it a server is as open as
// loopback allows.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "http/options.h"
#include "http/tls.h"

namespace mailrail::server {

struct EdgeOptions {
  std::optional<int> socket = {};  // Listens at host and port already; handed to this process.
  // Beside host and port. One with a door of its own for administration keeps that from all others.
  std::vector<http::Listener> listeners = {};
  std::optional<http::TlsFiles> tls = {};
  // Whose certificates this node believes other nodes that share its log. Empty: the system's.
  std::string ca_file = {};
  std::vector<std::string> host_names = {};  // By which browsers may know it.
  std::size_t connections_max = http::Options().connections_max;
  http::AddressLimits addresses = {};
};

}  // namespace mailrail::server
