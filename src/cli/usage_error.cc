#include "cli/usage_error.h"

#include <algorithm>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"

namespace mailrail::cli {
namespace {

using Names = std::vector<std::string>;

std::string path_of(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent == nullptr ? command.get_name() : path_of(*parent) + " " + command.get_name();
}

// The command of it that was typed, if any was.
const CLI::App* typed_below(const CLI::App& command) {
  const auto typed = command.get_subcommands();
  return typed.empty() ? nullptr : typed.back();
}

bool lacks_command(const CLI::App& command) {
  return command.get_require_subcommand_min() > 0 && typed_below(command) == nullptr;
}

Names commands_of(const CLI::App& command) {
  Names names;
  for (const CLI::App* each :
       command.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); }))
    names.push_back(each->get_name());
  return names;
}

Names options_of(const CLI::App& command) {
  Names names;
  for (const CLI::Option* each : command.get_options()) {
    for (const std::string& name : each->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : each->get_snames()) names.push_back("-" + name);
  }
  return names;
}

bool is_option(const std::string& word) { return word.size() > 1 && word.front() == '-'; }

std::string unknown_option(const CLI::App& command, const std::string& word) {
  const std::string option = word.substr(0, word.find('='));
  for (const CLI::App* below = typed_below(command); below != nullptr;
       below = typed_below(*below)) {
    const Names options = options_of(*below);
    if (std::ranges::find(options, option) != options.end())
      return fmt::format("{} is an option of {}: put it behind that.", option, path_of(*below));
  }
  return fmt::format("There is no option {}.{}", option, did_you_mean(option, options_of(command)));
}

// What nobody took.
std::string about(const CLI::App& command, const Names& words) {
  const auto word = std::ranges::find_if_not(words, &is_option);
  if (word != words.end() && lacks_command(command)) {
    return fmt::format("There is no command \"{}\".{}", *word,
                       did_you_mean(*word, commands_of(command)));
  }
  if (const auto option = std::ranges::find_if(words, &is_option); option != words.end())
    return unknown_option(command, *option);
  return fmt::format("\"{}\" is one too many.", words.front());
}

}  // namespace

UsageError usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = &app;
  while (true) {
    const std::string path = path_of(*command);
    if (const Names rest = command->remaining(); !rest.empty())
      return {.sentence = about(*command, rest), .command = path};
    if (lacks_command(*command)) {
      return {.sentence =
                  fmt::format("A command is missing: {}.", fmt::join(commands_of(*command), ", ")),
              .command = path};
    }
    const CLI::App* below = typed_below(*command);
    if (below == nullptr) return {.sentence = std::string(error.what()) + '.', .command = path};
    command = below;
  }
}

}  // namespace mailrail::cli
