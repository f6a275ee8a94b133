// Keys of a server on its command line, and in its environment: where they are kept, and whether it
// does without.
//
// An administrator's key may come from MAILRAIL_ACCESS_KEY_ID and MAILRAIL_SECRET_ACCESS_KEY, or
// from the directory of systemd's credentials as mailrail_access_key_id and
// mailrail_secret_access_key. A secret is never an option, because others can read those.

#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cli/environment.h"
#include "server/server.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

struct KeyOptions {
  std::optional<std::string> file = {};
  bool is_insecure = false;
};

void add_key_options(CLI::App& serve, KeyOptions& options);

Result<server::Options> with_keys(server::Options options,
                                  const KeyOptions& given,
                                  const Environment& environment);

}  // namespace mailrail::cli
