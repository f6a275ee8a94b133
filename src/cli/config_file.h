// The configuration file, mailrail.toml: one key for each setting, and nothing else.
//
// What is read here is what the file says, with the line of each value; settings.h knows which keys
// there are.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/environment.h"

namespace mailrail::cli {

enum class ConfigType : std::uint8_t { text, number, boolean, list, table };

struct ConfigValue {
  std::string key;
  ConfigType type;
  std::vector<std::string> texts;  // As a command line would have them. Of a list, its texts.
  std::string place;               // mailrail.toml:3.
};

struct ConfigFile {
  std::string path;
  std::vector<ConfigValue> values;
};

Result<ConfigFile> parse_config(std::string_view text, const std::string& path);
Result<ConfigFile> read_config(const std::string& path);

// The file to read: the one that was given, by flag or by MAILRAIL_CONFIG, else the first that is
// there of ./mailrail.toml, the user's and the system's. Nothing if there is none.
std::optional<std::string> find_config(const std::optional<std::string>& given,
                                       const Environment& environment,
                                       const std::function<bool(const std::string&)>& is_there);

}  // namespace mailrail::cli
