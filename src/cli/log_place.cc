#include "cli/log_place.h"

#include <algorithm>

#include <fmt/format.h>

namespace mailrail::cli {
namespace {

constexpr std::string_view file_scheme = "file:";
constexpr std::string_view database_schemes[] = {"postgres://", "postgresql://"};

}  // namespace

bool is_database_url(std::string_view text) {
  return std::ranges::any_of(database_schemes,
                             [&](std::string_view each) { return text.starts_with(each); });
}

Result<LogPlace> log_place(const std::string& text) {
  if (is_database_url(text)) return DatabasePlace{.url = text};
  if (text.starts_with(file_scheme) && text.size() > file_scheme.size())
    return DirectoryPlace{.directory = text.substr(file_scheme.size())};
  return fail(errors::unusable,
              fmt::format("A log must be file:DIR or postgres://HOST/DATABASE, not \"{}\".", text));
}

}  // namespace mailrail::cli
