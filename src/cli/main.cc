// The mailrail command.

#include <csignal>
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "cli/serve.h"

int main(int argument_count, char** arguments) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("mailrail"));
  CLI::App app(
      "A durable, ordered message queue that speaks the Amazon SQS API: one binary over one "
      "directory.",
      "mailrail");
  app.set_version_flag("--version", std::string("mailrail ") + MAILRAIL_VERSION);
  app.require_subcommand(1);

  mailrail::cli::ServeOptions serve_options;
  CLI::App* serve = app.add_subcommand("serve", "Start the server.");
  serve->add_option("--listen", serve_options.listen, "Where to listen, as HOST:PORT.")
      ->capture_default_str();
  serve->add_option("--data", serve_options.data, "The directory that everything is kept in.")
      ->capture_default_str();

  serve->add_option("--memory-limit", serve_options.limits.memory,
                    "What messages and queues may take of the memory, like 512MiB. At the limit "
                    "new messages are refused. Default: a quarter of the memory, at most 1GiB.");
  serve->add_option("--disk-limit", serve_options.limits.disk,
                    "What the data directory may take of the disk, like 20GB or 80%. At the limit "
                    "new messages are refused. Default: 80% of the volume.");

  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  return mailrail::cli::serve(serve_options);
}
