// Settings: what a command goes by, and where each was said. A flag counts before a variable of the
// environment, that before the configuration file, that before the default.
//
// Every long option is a setting: `--disk-limit` is MAILRAIL_DISK_LIMIT and `disk_limit`, so an
// option that is added to the command is all three. One that is not configurable() is none. A name
// that nobody knows is a mistake, as is a value of the wrong type; all mistakes are told at once.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "cli/config_file.h"
#include "cli/environment.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace mailrail::cli {

enum class SettingType : std::uint8_t { text, number, flag, list };

struct Setting {
  std::string key;       // In the file.
  std::string flag;      // On the command line.
  std::string variable;  // In the environment.
  SettingType type;
  std::string meaning;
  std::optional<std::string> fallback = {};  // The default, where it is one value.
  std::vector<std::string> values = {};      // Empty if nobody said it and there is no default.
  std::string origin = "default";  // --disk-limit, MAILRAIL_DISK_LIMIT, or mailrail.toml:3.
};

// What is wrong, each a sentence that says where.
using Mistakes = std::vector<std::string>;

// Of the options as they were added, in that order.
std::vector<Setting> settings_of(const CLI::App& command);

// After the command line was parsed: gives every option that it did not name what the environment
// or the file says.
std::expected<std::vector<Setting>, Mistakes> settle(CLI::App& command,
                                                     const Variables& variables,
                                                     const std::optional<ConfigFile>& file);

// Of a file alone, whatever else is said.
Mistakes mistakes_in(const ConfigFile& file, const std::vector<Setting>& settings);

// As a configuration file that says the same, each line with its origin. No password of a URL.
std::string text_of(const std::vector<Setting>& settings,
                    const std::optional<ConfigFile>& file,
                    const Variables& variables);

// A Markdown table of them, for docs/configuration.md.
std::string settings_table(const std::vector<Setting>& settings);

}  // namespace mailrail::cli
