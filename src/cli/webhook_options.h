// Where webhooks may go, as it is said on the command line: ranges of addresses that are allowed
// or denied besides the default.
//
// What is wrong is told with the option's name, the value and what would be right.

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "server/server.h"

namespace mailrail::cli {

struct WebhookOptions {
  std::vector<std::string> allow = {};
  std::vector<std::string> deny = {};
};

// The options with what was given, and with the default of the host that they listen on: a server
// that others can reach lets none of them use it as a way into its network.
Result<server::Options> with_webhooks(server::Options options, const WebhookOptions& given);

}  // namespace mailrail::cli
