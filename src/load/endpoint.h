// Endpoint: where a service is, taken apart once, and the addresses that its name has.
//
// Load is made by plain sockets, so what a URL says has to be known before.

#pragma once

#include <string>
#include <vector>

#include <sys/socket.h>

#include "base/result.h"

namespace mailrail::load {

struct Address {
  sockaddr_storage storage = {};
  socklen_t bytes = 0;
};

struct Endpoint {
  std::string host;         // A name or an address, without brackets.
  std::string host_header;  // With the port, unless that goes with the scheme.
  std::string path;         // Of every request: "/", or what the URL has and that.
  bool is_encrypted = false;
  std::string ca_file = {};  // Whose certificates are trusted. Empty: those of the system.
  std::vector<Address> addresses = {};  // In the order in which to try them; at least one.
};

// Looks up the name. The error says what cannot be read or found.
Result<Endpoint> resolve(const std::string& url);

}  // namespace mailrail::load
