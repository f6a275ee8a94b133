#include "cli/test_api_options.h"

#include <fmt/format.h>

#include "cli/argument.h"
#include "server/server.h"

namespace mailrail::cli {

void add_test_api_options(CLI::App& serve, TestApiOptions& options) {
  add_flag(serve, "--test-api", options.is_on,
           "For the tests of services that use mailrail: whoever asks may delete everything, "
           "have an account of its own for some time, and advance the server's clock. On "
           "loopback only.");
}

Result<server::Options> with_test_api(server::Options options, const TestApiOptions& given) {
  if (!given.is_on) return options;
  if (!server::serves_loopback_only(options)) {
    return fail(
        errors::unusable,
        fmt::format("--test-api lets whoever reaches the server delete everything, so it is "
                    "for loopback: listen on 127.0.0.1 or ::1, not on {}.",
                    server::open_place(options)));
  }
  if (options.shared_log)
    return fail(errors::unusable, "--test-api is for a server over a directory: leave --log out.");
  options.has_test_api = true;
  return options;
}

}  // namespace mailrail::cli
