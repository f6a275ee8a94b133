// The mailrail command.

#include <csignal>
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "cli/salvage.h"
#include "cli/serve.h"
#include "cli/verify.h"

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
  serve->add_option(
      "--disk-limit", serve_options.limits.disk,
      "What the data directory may take of the disk, like 20GB or 80%. At the limit "
      "new messages are refused. Default: 80% of the volume, or what others have left "
      "of it.");

  serve->add_flag("--aws-strict", serve_options.is_aws_strict,
                  "Keep AWS's waiting times: a queue is purged at most once in 60 seconds, and a "
                  "name is free again 60 seconds after its queue was deleted. A queue without a "
                  "policy takes nothing from topics.");

  std::string verified;
  CLI::App* verify = app.add_subcommand(
      "verify",
      "Check a data directory, without changing it: every frame, every fact, every message.\n"
      "Exits with 0 if it is whole, 1 if it is damaged, 2 if it could not be checked.");
  verify->add_option("DIR", verified, "The data directory. No server may be using it.")->required();

  mailrail::cli::SalvageOptions salvage_options;
  CLI::App* salvage = app.add_subcommand(
      "salvage",
      "Save what can be read of a damaged data directory into a new one, and list what is lost.\n"
      "Exits with 0 if nothing was lost, 1 if something was, 2 if it was not done.");
  salvage
      ->add_option("DIR", salvage_options.from,
                   "The damaged data directory. It is only read; no server may be using it.")
      ->required();
  salvage->add_option("--to", salvage_options.to, "The new one: empty, or not there yet.")
      ->required();

  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  if (verify->parsed()) return mailrail::cli::verify(verified);
  if (salvage->parsed()) return mailrail::cli::salvage(salvage_options);
  return mailrail::cli::serve(serve_options);
}
