// `serve --topology FILE`: what the file asks for is there before the first client is let in.
//
// The server is asked by its own process, so no key is needed for it, and it does not matter where
// it listens. A start fails if the file is wrong or cannot be done.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "server/server.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

struct TopologyOptions {
  std::optional<std::string> file = {};
  std::vector<std::string> parameters = {};
};

void add_topology_options(CLI::App& serve, TopologyOptions& options);

// The file is read at once, so that it is told before a long recovery if it is wrong.
Result<server::Options> with_topology(server::Options options, const TopologyOptions& given);

}  // namespace mailrail::cli
