#include "cli/serve_command.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/argument.h"
#include "cli/key_options.h"
#include "cli/serve.h"
#include "cli/serve_config.h"

namespace mailrail::cli {
namespace {

void add_log_options(CLI::App& serve, LogOptions& options) {
  add_option(serve, "--log", options.url,
             "Keep the log in this PostgreSQL, as postgres://HOST/DATABASE, instead of in the "
             "directory. Servers on the same log stand by for each other. What the URL leaves "
             "open is libpq's: PGUSER, PGPASSFILE, PGSERVICE and so on.");
  add_option(serve, "--log-name", options.name,
             "The log's name, as a database may hold several: a-z, 0-9 and _. Default: "
             "mailrail.");
  add_option(serve, "--log-password-file", options.password_file,
             "A file whose first line is the password of the database.");
  add_option(serve, "--advertise", options.advertise,
             "Where other servers on the log reach this one, as HOST:PORT, to hand calls on. "
             "Default: where it listens.");
}

void add_limit_options(CLI::App& serve, LimitOptions& options) {
  add_option(serve, "--memory-limit", options.memory,
             "What messages and queues may take of the memory, like 512MiB. At the limit "
             "new messages are refused. Default: a quarter of the memory, at most 1GiB.");
  add_option(serve, "--disk-limit", options.disk,
             "What the data directory may take of the disk, like 20GB or 80%. At the limit "
             "new messages are refused. Default: 80% of the volume, or what others have left "
             "of it. With --log, what the log may take of the database. Default: 10GiB.");
}

void add_webhook_options(CLI::App& serve, WebhookOptions& options) {
  add_option(serve, "--webhook-allow", options.allow,
             "Addresses that webhooks may go to, like 10.0.0.0/8 or fd00::1; several are "
             "possible. Default: all while listening on loopback, else only those of the "
             "public Internet.");
  add_option(serve, "--webhook-deny", options.deny,
             "Addresses that webhooks may not go to. The narrowest range decides.");
}

void add_options(CLI::App& serve, ServeOptions& options) {
  add_option(serve, "--listen", options.listen, "Where to listen, as HOST:PORT.").showing_default();
  add_option(serve, "--data", options.data,
             "The directory that everything is kept in; with --log, a cache.")
      .showing_default();
  add_edge_options(serve, options.edge);
  add_console_options(serve, options.console);
  add_log_options(serve, options.log);
  add_limit_options(serve, options.limits);
  add_flag(serve, "--aws-strict", options.is_aws_strict,
           "Keep AWS's waiting times: a queue is purged at most once in 60 seconds, and a "
           "name is free again 60 seconds after its queue was deleted. A queue without a "
           "policy takes nothing from topics.");
  add_key_options(serve, options.keys);
  add_webhook_options(serve, options.webhooks);
  add_topology_options(serve, options.topology);
  add_compat_options(serve, options.compat);
  add_test_api_options(serve, options.test_api);
  add_metrics_options(serve, options.metrics);
  add_log_format_options(serve, options.log_format);
}

}  // namespace

Command add_serve(CLI::App& app) {
  const auto options = std::make_shared<ServeOptions>();
  const auto config = std::make_shared<ConfigOptions>();
  CLI::App* serve = add_subcommand(app, "serve", "Start the server.");
  add_config_options(*serve, *config);
  add_options(*serve, *options);
  return {.app = serve, .run = [serve, options, config] {
            return run_configured(*serve, *config, [&] { return cli::serve(*options); });
          }};
}

Mistakes mistakes_of_serve(const ConfigFile& file) {
  ServeOptions options;
  CLI::App serve;
  add_options(serve, options);
  const auto settings = settle(serve, {}, file);
  Mistakes mistakes = settings ? Mistakes() : settings.error();
  if (const auto usable = server_options(options); !usable)
    mistakes.push_back(fmt::format("{}: {}", file.path, usable.error().message));
  return mistakes;
}

}  // namespace mailrail::cli
