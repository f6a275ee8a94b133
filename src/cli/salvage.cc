#include "cli/salvage.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/random.h"
#include "cli/file_limit.h"
#include "cli/progress_bar.h"
#include "log/posix_disk.h"
#include "ops/salvage.h"

namespace mailrail::cli {
namespace {

namespace fs = std::filesystem;

// Where it will be, with every link followed.
fs::path place_of(const std::string& directory) {
  std::error_code cause;
  fs::path place = fs::weakly_canonical(fs::absolute(directory, cause), cause);
  return place.has_filename() ? place : place.parent_path();
}

Result<void> expect_apart(const SalvageOptions& options) {
  const fs::path from = place_of(options.from);
  const fs::path to = place_of(options.to);
  const auto [end, ignored] = std::mismatch(from.begin(), from.end(), to.begin(), to.end());
  if (end != from.end()) return {};
  return fail(errors::unusable, fmt::format("The result cannot be put into the directory that is "
                                            "salvaged: {} is in {}. Name another one with --to.",
                                            options.to, options.from));
}

Result<ops::Salvaged> salvaged(const SalvageOptions& options) {
  const auto from = TRY(log::PosixDisk::open_to_read(options.from));
  TRY(expect_apart(options));
  TRY(from->lock());  // Refused before the other directory is made.
  const auto to = TRY(log::PosixDisk::open(options.to));
  SystemRandom random;
  ProgressBar bar("salvage");
  return ops::salvage(*from, *to, random, bar);
}

}  // namespace

int salvage(const SalvageOptions& options) {
  raise_file_limit();
  const auto result = salvaged(options);
  if (!result) {
    fmt::print(stderr, "mailrail: {}\n", result.error().message);
    return 2;
  }
  fmt::print("{}", ops::text_of(*result, options.from, options.to));
  return result->is_all() ? 0 : 1;
}

}  // namespace mailrail::cli
