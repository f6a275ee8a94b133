// What a server does as the tool that it stands in for, as it is said on the command line.
//
// `--compat` chooses a tool's port, its account and the line by which it says that it is ready;
// account, region and the style of queue URLs can be said by themselves. Whatever clients of these
// tools may send is understood without any of it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "server/server.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

// As they were given, if they were.
struct CompatOptions {
  std::optional<std::string> tool = {};
  std::optional<std::string> account = {};
  std::optional<std::string> region = {};
  std::optional<std::string> url_style = {};
};

void add_compat_options(CLI::App& serve, CompatOptions& options);

// The options with what was given.
Result<server::Options> with_compat(server::Options options, const CompatOptions& given);

// By which harnesses know the tool to be ready; nothing if it is none.
std::string ready_line(const CompatOptions& given, const std::string& host, std::uint16_t port);

}  // namespace mailrail::cli
