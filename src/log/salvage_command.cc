#include "log/salvage_command.h"

#include <fmt/format.h>

namespace mailrail::log {
namespace {

constexpr std::string_view plain_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+:,@%-";

// A name that may be taken for an option, made one that can't.
std::string as_path(std::string_view directory) {
  return directory.starts_with('-') ? "./" + std::string(directory) : std::string(directory);
}

}  // namespace

Error damage_error(std::string_view directory, const FoundDamage& damage) {
  return {.kind = &errors::corrupt,
          .message = fmt::format("The journal is damaged {}: {}. Restore the data directory from a "
                                 "backup, or save what can be read with `{}`.",
                                 damage.where, damage.what, salvage_command(directory))};
}

std::string shell_word(std::string_view text) {
  if (!text.empty() && text.find_first_not_of(plain_characters) == std::string_view::npos)
    return std::string(text);
  std::string word = "'";
  for (const char each : text) word += each == '\'' ? std::string("'\\''") : std::string(1, each);
  return word + "'";
}

std::string salvage_command(std::string_view directory) {
  while (directory.size() > 1 && directory.ends_with('/')) directory.remove_suffix(1);
  const std::string from = as_path(directory);
  const std::string_view name = std::string_view(from).substr(from.rfind('/') + 1);
  // Behind these nothing can be written that names a place beside them.
  const bool has_name = !name.empty() && name != "." && name != "..";
  const std::string to = has_name ? from + "-salvaged" : from + "/../salvaged";
  return fmt::format("mailrail salvage {} --to {}", shell_word(from), shell_word(to));
}

}  // namespace mailrail::log
