// What a server's console is, as it is said on the command line: where its pages come from, and how
// much whoever uses them may do at most. The rights of keys are narrowed by it, never widened.

#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "server/server.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

struct ConsoleOptions {
  std::optional<std::string> ui_directory = {};
  bool is_read_only = false;
  bool hides_payloads = false;
};

void add_console_options(CLI::App& serve, ConsoleOptions& options);

Result<server::Options> with_console(server::Options options, const ConsoleOptions& given);

}  // namespace mailrail::cli
