// HelpFormat: what --help prints, for a terminal of 80 columns.
//
// Lines end between words, and a list of commands has the first sentence of each: the rest is in
// the command's own help.

#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace mailrail::cli {

class HelpFormat final : public CLI::Formatter {
 public:
  std::string make_description(const CLI::App* app) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  // NOLINTNEXTLINE(tidy-bool-parameter): as CLI11 has it.
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
};

}  // namespace mailrail::cli
