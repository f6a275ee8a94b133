#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/known_variables.h"
#include "cli/settings.h"

namespace mailrail::cli {
namespace {

constexpr std::size_t comment_column_max = 48;

// What JSON writes for a text, TOML reads as the same.
std::string quoted(const std::string& text) {
  return boost::json::serialize(boost::json::string(text));
}

// postgres://ann:secret@host is shown as postgres://ann:...@host.
std::string without_password(std::string text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string::npos) return text;
  const std::size_t begin = scheme + 3;
  const std::size_t at = text.find('@', begin);
  const std::size_t colon = text.find(':', begin);
  if (at == std::string::npos || colon > at || text.find('/', begin) < at) return text;
  return text.replace(colon + 1, at - colon - 1, "...");
}

std::string value_text(const Setting& setting) {
  if (setting.type == SettingType::flag || setting.type == SettingType::number)
    return setting.values.back();
  if (setting.type == SettingType::text) return quoted(without_password(setting.values.back()));
  std::string list;
  for (const std::string& each : setting.values)
    list += fmt::format("{}{}", list.empty() ? "" : ", ", quoted(without_password(each)));
  return fmt::format("[{}]", list);
}

// One that is not set is a comment, so that the file can be used again.
std::string line_of(const Setting& setting) {
  return setting.values.empty() ? fmt::format("# {} is not set", setting.key)
                                : fmt::format("{} = {}", setting.key, value_text(setting));
}

std::string_view word_of(SettingType type) {
  switch (type) {
    case SettingType::text:
      return "text";
    case SettingType::number:
      return "number";
    case SettingType::flag:
      return "true or false";
    case SettingType::list:
      return "list of texts";
  }
  return "";
}

// Within a cell of a Markdown table.
std::string cell(const std::string& text) {
  std::string made;
  for (const char each : text) {
    if (each == '|') made += '\\';
    made += each == '\n' ? ' ' : each;
  }
  return made;
}

}  // namespace

std::string settings_table(const std::vector<Setting>& settings) {
  std::string text = "| key | type | default | meaning |\n| --- | --- | --- | --- |\n";
  for (const Setting& each : settings) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", each.key, word_of(each.type),
                        each.fallback ? fmt::format("`{}`", cell(*each.fallback)) : "",
                        cell(each.meaning));
  }
  return text;
}

std::string text_of(const std::vector<Setting>& settings,
                    const std::optional<ConfigFile>& file,
                    const Variables& variables) {
  std::size_t width = 0;
  for (const Setting& each : settings) width = std::max(width, line_of(each).size());
  width = std::min(width, comment_column_max);
  std::string text = fmt::format("# Configuration file: {}\n", file ? file->path : "none");
  for (const Setting& each : settings)
    text += fmt::format("{:<{}}  # {}\n", line_of(each), width, each.origin);
  for (const KnownVariable& each : known_variables) {
    const auto found = variables.find(std::string(each.name));
    if (found == variables.end() || found->second.empty() || each.secrecy == Secrecy::open)
      continue;
    text += fmt::format("# {} is set, and secret\n", each.name);
  }
  return text;
}

}  // namespace mailrail::cli
