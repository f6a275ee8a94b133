#include "cli/config_file.h"

#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/text_file.h"
#include "topology/document.h"

namespace mailrail::cli {
namespace {

namespace json = boost::json;

ConfigType type_of(const json::value& value) {
  if (value.is_string()) return ConfigType::text;
  if (value.is_bool()) return ConfigType::boolean;
  if (value.is_number()) return ConfigType::number;
  return value.is_array() ? ConfigType::list : ConfigType::table;
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

// A list of anything but texts is none.
ConfigValue value_of(std::string key, const json::value& value, std::string place) {
  ConfigValue made{.key = std::move(key), .type = type_of(value), .place = std::move(place)};
  if (made.type != ConfigType::list) {
    made.texts.push_back(text_of(value));
    return made;
  }
  for (const json::value& each : value.get_array()) {
    if (!each.is_string()) made.type = ConfigType::table;
    made.texts.push_back(text_of(each));
  }
  return made;
}

}  // namespace

Result<ConfigFile> parse_config(std::string_view text, const std::string& path) {
  const topology::Document document =
      TRY(topology::parse_document(text, path, topology::Format::toml));
  ConfigFile file{.path = path};
  for (const json::key_value_pair& each : document.root) {
    std::string key(each.key());
    std::string place = document.place(topology::path_to("", key));
    file.values.push_back(value_of(std::move(key), each.value(), std::move(place)));
  }
  return file;
}

Result<ConfigFile> read_config(const std::string& path) {
  return parse_config(TRY(read_text_file(path)), path);
}

std::optional<std::string> find_config(const std::optional<std::string>& given,
                                       const Environment& environment,
                                       const std::function<bool(const std::string&)>& is_there) {
  if (given) return given;
  if (auto variable = environment("MAILRAIL_CONFIG")) return variable;
  std::vector<std::string> places{"mailrail.toml"};
  if (const auto config = environment("XDG_CONFIG_HOME")) {
    places.push_back(*config + "/mailrail/mailrail.toml");
  } else if (const auto home = environment("HOME")) {
    places.push_back(*home + "/.config/mailrail/mailrail.toml");
  }
  places.emplace_back("/etc/mailrail/mailrail.toml");
  for (std::string& each : places)
    if (is_there(each)) return std::move(each);
  return std::nullopt;
}

}  // namespace mailrail::cli
