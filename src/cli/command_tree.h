// The commands and options as CLI11 knows them, flat: for whatever is made of all of them, like
// completions and the manual, so that these are never behind.
//
// In the order of --help, a group before what is in it. Hidden ones are left out.

#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

struct OptionView {
  std::vector<std::string> names;    // With their dashes. Empty: a positional one.
  std::string value;                 // What the value is called; empty if it takes none.
  std::vector<std::string> choices;  // If only some values are possible.
  std::string meaning;
  std::string fallback;
  bool is_required = false;
};

struct CommandView {
  std::string path;  // "mailrail topics test-filter".
  std::string meaning;
  std::vector<OptionView> options;
  std::vector<std::string> subcommands;
};

std::vector<CommandView> command_tree(const CLI::App& app);

// The first one, without its full stop: what fits on a line.
std::string first_sentence(const std::string& text);

}  // namespace mailrail::cli
