// `mailrail serve`: runs a server until it is told to stop.
// It says on standard output where it listens and what it recovered, and on standard error why it
// could not.

#pragma once

#include <string>

#include "cli/compat_options.h"
#include "cli/console_options.h"
#include "cli/edge_options.h"
#include "cli/key_options.h"
#include "cli/limit_options.h"
#include "cli/log_format.h"
#include "cli/log_options.h"
#include "cli/metrics_options.h"
#include "cli/test_api_options.h"
#include "cli/topology_options.h"
#include "cli/webhook_options.h"

namespace mailrail::cli {

struct ServeOptions {
  std::string listen = "127.0.0.1:4566";
  std::string data = "./mailrail-data";
  KeyOptions keys;
  LogOptions log;
  LimitOptions limits;
  WebhookOptions webhooks;
  TopologyOptions topology;
  EdgeOptions edge;
  CompatOptions compat;
  ConsoleOptions console;
  TestApiOptions test_api;
  MetricsOptions metrics;
  LogFormatOptions log_format;
  bool is_aws_strict = false;
};

// What the server gets. The error says which option is wrong, and what would be right.
Result<server::Options> server_options(const ServeOptions& given);

// The process's exit code: 0 after SIGTERM or SIGINT, 1 if it could not start or stop in order, 2
// for a bad option.
int serve(const ServeOptions& options);

}  // namespace mailrail::cli
