// The configuration of `serve` beyond its flags: reads the file and the environment before the
// server starts, or shows what they come to.
//
// With a mistake in any of them nothing starts, and all mistakes are told.

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/settings.h"

namespace mailrail::cli {

struct ConfigOptions {
  std::optional<std::string> file = {};
  bool is_to_print = false;
};

void add_config_options(CLI::App& serve, ConfigOptions& options);

// Gives every option its value, then runs, or prints them. The process's exit code.
int run_configured(CLI::App& serve, const ConfigOptions& options, const std::function<int()>& run);

// To standard error, each on a line of its own.
void print_mistakes(const Mistakes& mistakes);

}  // namespace mailrail::cli
