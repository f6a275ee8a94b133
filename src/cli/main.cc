// The mailrail command.

#include <csignal>
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "cli/move_log.h"
#include "cli/salvage.h"
#include "cli/serve.h"
#include "cli/standby.h"
#include "cli/test_filter.h"
#include "cli/verify.h"

namespace {

CLI::App* add_test_filter(CLI::App& app, mailrail::cli::TestFilterOptions& options) {
  CLI::App* topics = app.add_subcommand("topics", "Look into the topics of a server.");
  topics->require_subcommand(1);
  CLI::App* test_filter = topics->add_subcommand(
      "test-filter",
      "Show which subscriptions of a topic would get a message, and why the others would not. "
      "Nothing is published.\n"
      "Exits with 0 if it could be told, 2 if the command is wrong, 3 if there is no such topic, 6 "
      "if the server does not answer, 1 if something else failed.");
  test_filter->add_option("TOPIC", options.topic, "The topic's name or its ARN.")->required();
  test_filter->add_option("--message", options.message,
                          "The message's text, @FILE for what a file holds, or - for standard "
                          "input.");
  test_filter
      ->add_option("--attribute", options.attributes,
                   "A message attribute as NAME=TYPE:VALUE, like store=String:fans or "
                   "price=Number:9; the value of a Binary is base64. May be repeated.")
      ->expected(1)
      ->take_all();
  test_filter
      ->add_option("--structure", options.structure,
                   "json if the message is an object with a text for each protocol.")
      ->check(CLI::IsMember({"json"}));
  test_filter->add_option("--endpoint-url,--endpoint", options.endpoint,
                          "The server's URL. Default: MAILRAIL_ENDPOINT_URL, AWS_ENDPOINT_URL_SNS, "
                          "AWS_ENDPOINT_URL, or http://127.0.0.1:4566.");
  test_filter->add_option("--region", options.region,
                          "The region of a topic that is named without its ARN. Default: "
                          "AWS_REGION, AWS_DEFAULT_REGION, or the server's.");
  test_filter
      ->add_option("-o,--output", options.output,
                   "table, tsv (ARN, protocol, endpoint, yes or no or pending, reason) or json. "
                   "Default: table on a terminal, else tsv.")
      ->check(CLI::IsMember({"table", "tsv", "json"}));
  return test_filter;
}

void add_log_options(CLI::App& serve, mailrail::cli::LogOptions& options) {
  serve.add_option(
      "--log", options.url,
      "Keep the log in this PostgreSQL, as postgres://HOST/DATABASE, instead of in the "
      "directory. Servers on the same log stand by for each other. What the URL leaves "
      "open is libpq's: PGUSER, PGPASSFILE, PGSERVICE and so on.");
  serve.add_option("--log-name", options.name,
                   "The log's name, as a database may hold several: a-z, 0-9 and _. Default: "
                   "mailrail.");
  serve.add_option("--log-password-file", options.password_file,
                   "A file whose first line is the password of the database.");
  serve.add_option("--advertise", options.advertise,
                   "Where other servers on the log reach this one, as HOST:PORT, to hand calls on. "
                   "Default: where it listens.");
}

CLI::App* add_promote(CLI::App& app, mailrail::cli::PromoteOptions& options) {
  CLI::App* standby = app.add_subcommand("standby", "Look after servers that share a log.");
  standby->require_subcommand(1);
  CLI::App* promote = standby->add_subcommand(
      "promote",
      "Have a standby take the log over, after its owner has stepped down.\n"
      "Exits with 0 if it owns the log, 1 if it could not take it over, 2 if the command is wrong, "
      "6 if the server does not answer.");
  promote->add_option("--endpoint-url,--endpoint", options.endpoint,
                      "The standby's URL. Default: MAILRAIL_ENDPOINT_URL, AWS_ENDPOINT_URL_SNS, "
                      "AWS_ENDPOINT_URL, or http://127.0.0.1:4566.");
  promote->add_flag("--force", options.is_forced,
                    "Take the log also if its owner does not answer.");
  return promote;
}

void add_serve(CLI::App& app, mailrail::cli::ServeOptions& options) {
  CLI::App* serve = app.add_subcommand("serve", "Start the server.");
  serve->add_option("--listen", options.listen, "Where to listen, as HOST:PORT.")
      ->capture_default_str();
  serve
      ->add_option("--data", options.data,
                   "The directory that everything is kept in; with --log, a cache.")
      ->capture_default_str();
  add_log_options(*serve, options.log);

  serve->add_option("--memory-limit", options.limits.memory,
                    "What messages and queues may take of the memory, like 512MiB. At the limit "
                    "new messages are refused. Default: a quarter of the memory, at most 1GiB.");
  serve->add_option(
      "--disk-limit", options.limits.disk,
      "What the data directory may take of the disk, like 20GB or 80%. At the limit "
      "new messages are refused. Default: 80% of the volume, or what others have left "
      "of it. With --log, what the log may take of the database. Default: 10GiB.");

  serve->add_flag("--aws-strict", options.is_aws_strict,
                  "Keep AWS's waiting times: a queue is purged at most once in 60 seconds, and a "
                  "name is free again 60 seconds after its queue was deleted. A queue without a "
                  "policy takes nothing from topics.");

  serve->add_option("--webhook-allow", options.webhooks.allow,
                    "Addresses that webhooks may go to, like 10.0.0.0/8 or fd00::1; several are "
                    "possible. Default: all while listening on loopback, else only those of the "
                    "public Internet.");
  serve->add_option("--webhook-deny", options.webhooks.deny,
                    "Addresses that webhooks may not go to. The narrowest range decides.");
}

void add_database_options(CLI::App& command, std::string& name, std::string& password_file) {
  command.add_option("--log-name", name, "Which log in the database.")->capture_default_str();
  command.add_option("--log-password-file", password_file,
                     "A file whose first line is the database's password. Else it comes from "
                     "PGPASSFILE, PGPASSWORD or a service file.");
}

CLI::App* add_verify(CLI::App& app, mailrail::cli::VerifyOptions& options) {
  CLI::App* verify = app.add_subcommand(
      "verify",
      "Check a data directory, or a log in a database, without changing it: every frame, every "
      "fact, every message.\n"
      "Exits with 0 if it is whole, 1 if it is damaged, 2 if it could not be checked.");
  verify
      ->add_option("DIR", options.log,
                   "The data directory, or postgres://HOST/DATABASE. No server may be using it.")
      ->required();
  add_database_options(*verify, options.log_name, options.password_file);
  return verify;
}

CLI::App* add_move_log(CLI::App& app, mailrail::cli::MoveLogOptions& options) {
  CLI::App* move_log = app.add_subcommand(
      "move-log",
      "Copy all that a log holds to another place while no server runs, read it back and compare.\n"
      "Exits with 0 if it was moved, 1 if the log is damaged or the copy not the same, 2 if it was "
      "not done for another reason.");
  move_log
      ->add_option("FROM", options.from,
                   "Where the log is: file:DIR or postgres://HOST/DATABASE. No server may be using "
                   "it.")
      ->required();
  move_log->add_option("TO", options.to, "Where it shall be, likewise: empty, or not there yet.")
      ->required();
  add_database_options(*move_log, options.log_name, options.password_file);
  return move_log;
}

}  // namespace

int main(int argument_count, char** arguments) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("mailrail"));
  CLI::App app(
      "Durable, ordered messages behind the APIs of Amazon SQS and SNS: one binary over one "
      "directory, or over a PostgreSQL.",
      "mailrail");
  app.set_version_flag("--version", std::string("mailrail ") + MAILRAIL_VERSION);
  app.require_subcommand(1);

  mailrail::cli::ServeOptions serve_options;
  add_serve(app, serve_options);

  mailrail::cli::VerifyOptions verify_options;
  const CLI::App* verify = add_verify(app, verify_options);

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

  mailrail::cli::MoveLogOptions move_log_options;
  const CLI::App* move_log = add_move_log(app, move_log_options);

  mailrail::cli::TestFilterOptions test_filter_options;
  const CLI::App* test_filter = add_test_filter(app, test_filter_options);

  mailrail::cli::PromoteOptions promote_options;
  const CLI::App* promote = add_promote(app, promote_options);

  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  if (verify->parsed()) return mailrail::cli::verify(verify_options);
  if (salvage->parsed()) return mailrail::cli::salvage(salvage_options);
  if (move_log->parsed()) return mailrail::cli::move_log(move_log_options);
  if (test_filter->parsed())
    return static_cast<int>(mailrail::cli::test_filter(test_filter_options));
  if (promote->parsed()) return static_cast<int>(mailrail::cli::promote(promote_options));
  return mailrail::cli::serve(serve_options);
}
