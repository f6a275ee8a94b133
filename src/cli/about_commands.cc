#include "cli/about_commands.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/argument.h"
#include "cli/command_tree.h"
#include "cli/completion.h"
#include "cli/exit_codes.h"
#include "cli/manual.h"
#include "cli/settings.h"

namespace mailrail::cli {

Command add_completion(CLI::App& app) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* completion = add_subcommand(
      app, "completion",
      "Print a script that completes commands and options.\n"
      "For this shell: source <(mailrail completion bash), source <(mailrail completion zsh), or "
      "mailrail completion fish | source");
  add_option(*completion, "SHELL", *shell, "bash, zsh or fish.")
      .required()
      .one_of({"bash", "zsh", "fish"});
  return {.app = completion, .run = [&app, shell] {
            const auto tree = command_tree(app);
            fmt::print("{}", *shell == "bash"  ? bash_completion(tree)
                             : *shell == "zsh" ? zsh_completion(tree)
                                               : fish_completion(tree));
            return static_cast<int>(ExitCode::done);
          }};
}

Command add_man(CLI::App& app) {
  const auto is_table = std::make_shared<bool>(false);
  CLI::App* man =
      add_subcommand(app, "man", "Print the manual page. To read it: mailrail man | man -l -");
  add_flag(*man, "--settings", *is_table,
           "Print the settings of serve instead, as a Markdown table.");
  return {.app = man, .run = [&app, is_table] {
            fmt::print("{}", *is_table ? settings_table(settings_of(*app.get_subcommand("serve")))
                                       : manual(command_tree(app), MAILRAIL_VERSION));
            return static_cast<int>(ExitCode::done);
          }};
}

Command add_version(CLI::App& app) {
  const auto is_json = std::make_shared<bool>(false);
  CLI::App* version = add_subcommand(app, "version", "Print the version.");
  add_flag(*version, "--json", *is_json, "As a JSON document.");
  return {.app = version, .run = [is_json] {
            if (*is_json) {
              fmt::print("{{\"name\":\"mailrail\",\"version\":\"{}\"}}\n", MAILRAIL_VERSION);
            } else {
              fmt::print("mailrail {}\n", MAILRAIL_VERSION);
            }
            return static_cast<int>(ExitCode::done);
          }};
}

}  // namespace mailrail::cli
