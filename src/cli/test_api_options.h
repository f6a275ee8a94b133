// Whether a server answers what tests ask of it, as it is said on the command line.
//
// Only where nobody else can ask: it lets whoever reaches it delete everything.

#pragma once

#include "base/result.h"
#include "server/server.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

struct TestApiOptions {
  bool is_on = false;
};

void add_test_api_options(CLI::App& serve, TestApiOptions& options);

// After where to listen and where the log is.
Result<server::Options> with_test_api(server::Options options, const TestApiOptions& given);

}  // namespace mailrail::cli
