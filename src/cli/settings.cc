#include "cli/settings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"
#include "base/shown.h"
#include "cli/known_variables.h"
#include "cli/printable.h"

namespace mailrail::cli {
namespace {

constexpr std::array<std::string_view, 4> words_for_true{"true", "1", "yes", "on"};
constexpr std::array<std::string_view, 4> words_for_false{"false", "0", "no", "off"};

std::string key_of(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string variable_of(std::string name) {
  for (char& each : name)
    each = each == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(each)));
  return "MAILRAIL_" + name;
}

bool is_setting(const CLI::Option& option) {
  return !option.get_lnames().empty() && option.get_configurable();
}

SettingType type_of(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return SettingType::flag;
  if (option.get_items_expected_max() > 1) return SettingType::list;
  const std::string name = option.get_type_name();
  const bool is_number =
      name.starts_with("INT") || name.starts_with("UINT") || name.starts_with("FLOAT");
  return is_number ? SettingType::number : SettingType::text;
}

Setting setting_of(const CLI::Option& option) {
  const std::string& name = option.get_lnames().front();
  Setting made{.key = key_of(name),
               .flag = "--" + name,
               .variable = variable_of(name),
               .type = type_of(option),
               .meaning = option.get_description()};
  if (made.type == SettingType::flag) made.fallback = "false";
  if (!option.get_default_str().empty()) made.fallback = option.get_default_str();
  return made;
}

std::string example_of(const Setting& setting) {
  switch (setting.type) {
    case SettingType::text:
      return fmt::format("text, like {} = \"...\"", setting.key);
    case SettingType::number:
      return fmt::format("a number, like {} = 10", setting.key);
    case SettingType::flag:
      return fmt::format("true or false, like {} = true", setting.key);
    case SettingType::list:
      return fmt::format("a list of texts, like {} = [\"...\"]", setting.key);
  }
  return "";
}

bool fits(ConfigType value, SettingType setting) {
  switch (value) {
    case ConfigType::text:
      return setting == SettingType::text;
    case ConfigType::number:
      return setting == SettingType::number;
    case ConfigType::boolean:
      return setting == SettingType::flag;
    case ConfigType::list:
      return setting == SettingType::list;
    case ConfigType::table:
      return false;
  }
  return false;
}

// Lists are separated by commas, with or without space.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (const std::string& each : CLI::detail::split(std::string(text), ','))
    parts.push_back(CLI::detail::trim_copy(each));
  std::erase(parts, "");
  return parts;
}

std::optional<std::string> flag_word(std::string word) {
  word = CLI::detail::to_lower(word);
  if (std::ranges::find(words_for_true, word) != words_for_true.end()) return "true";
  if (std::ranges::find(words_for_false, word) != words_for_false.end()) return "false";
  return std::nullopt;
}

// Gives the options of one command what was said elsewhere.
class Settler {
 public:
  Settler(CLI::App& command, const Variables& variables, const std::optional<ConfigFile>& file)
      : command_(command), variables_(variables), file_(file) {}

  std::expected<std::vector<Setting>, Mistakes> settle() {
    std::vector<Setting> settings;
    for (CLI::Option* each : command_.get_options()) {
      if (!is_setting(*each)) continue;
      settings.push_back(setting_of(*each));
      find(*each, settings.back());
    }
    for (const CLI::Option* each : command_.get_options()) check_company(*each);
    if (file_) std::ranges::move(mistakes_in(*file_, settings), std::back_inserter(mistakes_));
    check_variables(settings);
    if (!mistakes_.empty()) return std::unexpected(std::move(mistakes_));
    return settings;
  }

 private:
  void find(CLI::Option& option, Setting& setting) {
    if (option.count() > 0) {
      setting.origin = setting.flag;
      setting.values = option.results();
    } else if (const auto variable = variables_.find(setting.variable);
               variable != variables_.end() && !variable->second.empty()) {
      setting.origin = setting.variable;
      take_variable(option, setting, variable->second);
    } else if (const ConfigValue* value = find_in_file(setting.key); value != nullptr) {
      setting.origin = value->place;
      if (fits(value->type, setting.type)) give(option, setting, value->texts);
    } else if (setting.fallback) {
      setting.values.push_back(*setting.fallback);
    }
  }

  const ConfigValue* find_in_file(std::string_view key) const {
    if (!file_) return nullptr;
    const auto found = std::ranges::find(file_->values, key, &ConfigValue::key);
    return found == file_->values.end() ? nullptr : &*found;
  }

  void take_variable(CLI::Option& option, Setting& setting, const std::string& text) {
    if (setting.type == SettingType::list) return give(option, setting, split(text));
    if (setting.type != SettingType::flag) return give(option, setting, {text});
    if (const auto word = flag_word(text)) return give(option, setting, {*word});
    mistakes_.push_back(fmt::format("{} must be true or false, not \"{}\".", setting.variable,
                                    printable(shown(text))));
  }

  void give(CLI::Option& option, Setting& setting, std::vector<std::string> values) {
    setting.values = std::move(values);
    if (setting.values.empty()) return;
    try {
      option.add_result(setting.values);
      option.run_callback();
    } catch (const CLI::Error& error) {
      mistakes_.push_back(fmt::format("{}: {}", setting.origin, error.what()));
      option.clear();
    }
  }

  // What CLI11 checks of flags, of what was said elsewhere, too.
  void check_company(const CLI::Option& option) {
    if (option.count() == 0) return;
    for (const CLI::Option* each : option.get_excludes()) {
      if (each->count() > 0)
        mistakes_.push_back(
            fmt::format("{} and {} exclude each other.", option.get_name(), each->get_name()));
    }
    for (const CLI::Option* each : option.get_needs()) {
      if (each->count() == 0)
        mistakes_.push_back(fmt::format("{} goes with {}.", option.get_name(), each->get_name()));
    }
  }

  void check_variables(const std::vector<Setting>& settings) {
    std::vector<std::string> known;
    for (const Setting& each : settings) known.push_back(each.variable);
    for (const KnownVariable& each : known_variables) known.emplace_back(each.name);
    for (const auto& [name, value] : variables_) {
      if (!name.starts_with("MAILRAIL_") || is_of_orchestrator(name, value)) continue;
      if (std::ranges::find(known, name) != known.end()) continue;
      mistakes_.push_back(fmt::format("There is no setting for the variable {}.{}",
                                      printable(shown(name)), did_you_mean(name, known)));
    }
  }

  CLI::App& command_;
  const Variables& variables_;
  const std::optional<ConfigFile>& file_;
  Mistakes mistakes_;
};

}  // namespace

std::vector<Setting> settings_of(const CLI::App& command) {
  std::vector<Setting> settings;
  for (const CLI::Option* each : command.get_options())
    if (is_setting(*each)) settings.push_back(setting_of(*each));
  return settings;
}

std::expected<std::vector<Setting>, Mistakes> settle(CLI::App& command,
                                                     const Variables& variables,
                                                     const std::optional<ConfigFile>& file) {
  return Settler(command, variables, file).settle();
}

Mistakes mistakes_in(const ConfigFile& file, const std::vector<Setting>& settings) {
  Mistakes mistakes;
  std::vector<std::string> keys;
  for (const Setting& each : settings) keys.push_back(each.key);
  for (const ConfigValue& value : file.values) {
    const auto setting = std::ranges::find(settings, value.key, &Setting::key);
    if (setting == settings.end()) {
      mistakes.push_back(fmt::format("{}: There is no setting {}.{}", value.place,
                                     printable(shown(value.key)), did_you_mean(value.key, keys)));
    } else if (!fits(value.type, setting->type)) {
      mistakes.push_back(
          fmt::format("{}: {} must be {}.", value.place, value.key, example_of(*setting)));
    }
  }
  return mistakes;
}

}  // namespace mailrail::cli
