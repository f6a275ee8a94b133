// Sockets that listen already and were handed to this process by who started it, as systemd does it
// (LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES; sd_listen_fds(3)).
//
// They outlast the process: clients that come during a restart wait, and none is refused.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/environment.h"

namespace mailrail::cli {

struct InheritedSocket {
  int descriptor;
  std::string name;  // Of FileDescriptorName=; systemd's own word where there is none.
  std::string host;
  std::uint16_t port;
};

// None unless they are for this very process. Refuses what is no listening TCP socket.
Result<std::vector<InheritedSocket>> inherited_sockets(const Environment& environment);

}  // namespace mailrail::cli
