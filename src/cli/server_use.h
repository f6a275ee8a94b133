// ServerUse: what a server has used of its machine, to tell what a message costs it.
//
// A mailrail tells it at /metrics; of any process on this machine it can be read by its id.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "base/result.h"
#include "client/client.h"

namespace mailrail::cli {

struct ServerUse {
  std::map<std::string, double> cpu_seconds = {};  // By what threads are for.
  std::uint64_t resident_bytes = 0;
};

// Nothing if it is no mailrail, or does not tell it here, or not to this key.
std::optional<ServerUse> server_use(client::Client& client);

// The error says that there is no such process, and is of kind usage.
Result<ServerUse> process_use(pid_t process);

// From a text of Prometheus. Nothing if it tells no CPU time.
std::optional<ServerUse> use_in(std::string_view metrics);

}  // namespace mailrail::cli
