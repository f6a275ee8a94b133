#include "cli/command.h"

#include <CLI/CLI.hpp>

namespace mailrail::cli {

CLI::App* add_subcommand(CLI::App& app, const std::string& name, const std::string& description) {
  return app.add_subcommand(name, description);
}

CLI::App& group_of(CLI::App& app, const std::string& name, const std::string& description) {
  const auto found =
      app.get_subcommands([&](const CLI::App* each) { return each->get_name() == name; });
  if (!found.empty()) return *found.front();
  CLI::App* group = add_subcommand(app, name, description);
  group->require_subcommand(1);
  return *group;
}

CLI::App& commanding_group_of(CLI::App& app,
                              const std::string& name,
                              const std::string& description) {
  CLI::App& group = group_of(app, name, description);
  group.description(description);  // One of its commands may have made it.
  group.require_subcommand(0, 1);
  return group;
}

}  // namespace mailrail::cli
