// Where a log is kept, as a command line says it: file:DIR or postgres://...
//
// Which database is meant, and that a URL has no password in it, is for others to find out.

#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace mailrail::cli {

struct DirectoryPlace {
  std::string directory;

  friend bool operator==(const DirectoryPlace&, const DirectoryPlace&) = default;
};

struct DatabasePlace {
  std::string url;

  friend bool operator==(const DatabasePlace&, const DatabasePlace&) = default;
};

using LogPlace = std::variant<DirectoryPlace, DatabasePlace>;

bool is_database_url(std::string_view text);

// The error says what would be right.
Result<LogPlace> log_place(const std::string& text);

}  // namespace mailrail::cli
