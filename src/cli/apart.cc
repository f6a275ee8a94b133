#include "cli/apart.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

namespace mailrail::cli {
namespace {

namespace fs = std::filesystem;

// Where it will be, with every link followed.
fs::path place_of(const std::string& directory) {
  std::error_code cause;
  fs::path place = fs::weakly_canonical(fs::absolute(directory, cause), cause);
  return place.has_filename() ? place : place.parent_path();
}

}  // namespace

Result<void> expect_apart(const std::string& from, const std::string& to) {
  const fs::path source = place_of(from);
  const fs::path target = place_of(to);
  const auto [end, ignored] =
      std::mismatch(source.begin(), source.end(), target.begin(), target.end());
  if (end != source.end()) return {};
  return fail(errors::unusable, fmt::format("The result cannot be put into the directory that it "
                                            "is made of: {} is in {}. Name another one.",
                                            to, from));
}

}  // namespace mailrail::cli
