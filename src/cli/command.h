// Command: one thing that the program does, as it is typed.
//
// A command adds itself to what CLI11 parses, with its options and their help, and says what to run
// when it was given. Commands of one subject (`topics create`, `topics rm`) share a group.

#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

struct Command {
  const CLI::App* app;
  std::function<int()> run;  // The process's exit code.
};

CLI::App* add_subcommand(CLI::App& app, const std::string& name, const std::string& description);

// The group of that name: made if it is not there.
CLI::App& group_of(CLI::App& app, const std::string& name, const std::string& description);

// Likewise, for a group that is a command itself where none of its own is named.
CLI::App& commanding_group_of(CLI::App& app,
                              const std::string& name,
                              const std::string& description);

}  // namespace mailrail::cli
