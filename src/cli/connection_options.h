// Which services a command asks, as whom, and whether it may change AWS: options that all commands
// have that ask one.
//
// What is not said is set up as for the AWS tools: client/settings.h.

#pragma once

#include "client/client.h"
#include "client/settings.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

struct ConnectionOptions {
  client::Wishes wishes = {};
  bool is_aws_meant = false;
};

void add_connection_options(CLI::App& command, ConnectionOptions& options);

Result<client::Client::Options> client_options(const ConnectionOptions& options,
                                               const client::Surroundings& surroundings);

}  // namespace mailrail::cli
