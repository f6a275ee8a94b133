// Completions for bash, zsh and fish: a script of each, made of the commands and options that there
// are.
//
// The scripts complete commands, options, and values of which there are few; else files. They ask
// no server.

#pragma once

#include <string>
#include <vector>

#include "cli/command_tree.h"

namespace mailrail::cli {

std::string bash_completion(const std::vector<CommandView>& tree);
std::string zsh_completion(const std::vector<CommandView>& tree);
std::string fish_completion(const std::vector<CommandView>& tree);

}  // namespace mailrail::cli
