#include "cli/check_command.h"

#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/argument.h"
#include "cli/config_file.h"
#include "cli/exit_codes.h"
#include "cli/serve_command.h"
#include "cli/serve_config.h"
#include "cli/topology_file.h"

namespace mailrail::cli {
namespace {

// A TOML file is a configuration unless it speaks of queues, topics or subscriptions.
bool is_configuration(const std::string& path) {
  if (!path.ends_with(".toml")) return false;
  const auto file = read_config(path);
  if (!file) return true;
  for (const ConfigValue& each : file->values) {
    if (each.key == "queues" || each.key == "topics" || each.key == "subscriptions") return false;
  }
  return true;
}

Mistakes mistakes_of_configuration(const std::string& path) {
  const auto file = read_config(path);
  return file ? mistakes_of_serve(*file) : Mistakes{file.error().message};
}

int check(const std::string& path) {
  Mistakes mistakes;
  std::string what = "configuration file";
  if (is_configuration(path)) {
    mistakes = mistakes_of_configuration(path);
  } else if (const auto topology = read_topology_file(path, {}); !topology) {
    mistakes = topology.error();
  } else {
    what =
        fmt::format("topology; queues: {}, topics: {}, subscriptions: {}", topology->queues.size(),
                    topology->topics.size(), topology->subscriptions.size());
    for (const std::string& each : topology->notes) fmt::print(stderr, "{}\n", each);
  }
  print_mistakes(mistakes);
  if (!mistakes.empty()) return static_cast<int>(ExitCode::usage);
  fmt::print("{} is right: a {}.\n", path, what);
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Command add_check(CLI::App& app) {
  const auto path = std::make_shared<std::string>();
  CLI::App* check =
      add_subcommand(app, "check",
                     "Check a configuration file or a topology file, and tell all mistakes.\n"
                     "Exits with 0 if it is right, 2 if not.");
  add_option(*check, "FILE", *path,
             "The file: mailrail.toml, a topology as TOML or JSON, or a template of "
             "CloudFormation as JSON.")
      .required();
  return {.app = check, .run = [path] { return cli::check(*path); }};
}

}  // namespace mailrail::cli
