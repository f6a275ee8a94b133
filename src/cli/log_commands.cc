#include "cli/log_commands.h"

#include <memory>
#include <string>

#include "cli/argument.h"
#include "cli/move_log.h"
#include "cli/salvage.h"
#include "cli/verify.h"

namespace mailrail::cli {
namespace {

void add_database_options(CLI::App& command, std::string& name, std::string& password_file) {
  add_option(command, "--log-name", name, "Which log in the database.").showing_default();
  add_option(command, "--log-password-file", password_file,
             "A file whose first line is the database's password. Else it comes from "
             "PGPASSFILE, PGPASSWORD or a service file.");
}

}  // namespace

Command add_verify(CLI::App& app) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* verify = add_subcommand(
      app, "verify",
      "Check a data directory, or a log in a database, without changing it: every frame, every "
      "fact, every message.\n"
      "Exits with 0 if it is whole, 1 if it is damaged, 2 if it could not be checked.");
  add_option(*verify, "DIR", options->log,
             "The data directory, or postgres://HOST/DATABASE. No server may be using it.")
      .required();
  add_database_options(*verify, options->log_name, options->password_file);
  return {.app = verify, .run = [options] { return cli::verify(*options); }};
}

Command add_salvage(CLI::App& app) {
  const auto options = std::make_shared<SalvageOptions>();
  CLI::App* salvage = add_subcommand(
      app, "salvage",
      "Save what can be read of a damaged data directory into a new one, and list what is lost.\n"
      "Exits with 0 if nothing was lost, 1 if something was, 2 if it was not done.");
  add_option(*salvage, "DIR", options->from,
             "The damaged data directory. It is only read; no server may be using it.")
      .required();
  add_option(*salvage, "--to", options->to, "The new one: empty, or not there yet.").required();
  return {.app = salvage, .run = [options] { return cli::salvage(*options); }};
}

Command add_move_log(CLI::App& app) {
  const auto options = std::make_shared<MoveLogOptions>();
  CLI::App* move_log = add_subcommand(
      app, "move-log",
      "Copy all that a log holds to another place while no server runs, read it back and compare.\n"
      "Exits with 0 if it was moved, 1 if the log is damaged or the copy not the same, 2 if it was "
      "not done for another reason.");
  add_option(*move_log, "FROM", options->from,
             "Where the log is: file:DIR or postgres://HOST/DATABASE. No server may be using "
             "it.")
      .required();
  add_option(*move_log, "TO", options->to, "Where it shall be, likewise: empty, or not there yet.")
      .required();
  add_database_options(*move_log, options->log_name, options->password_file);
  return {.app = move_log, .run = [options] { return cli::move_log(*options); }};
}

}  // namespace mailrail::cli
