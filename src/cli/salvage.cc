#include "cli/salvage.h"

#include <cstdio>

#include <fmt/format.h>

#include "base/random.h"
#include "cli/apart.h"
#include "cli/file_limit.h"
#include "cli/progress_bar.h"
#include "log/posix_disk.h"
#include "ops/salvage.h"

namespace mailrail::cli {
namespace {

Result<ops::Salvaged> salvaged(const SalvageOptions& options) {
  const auto from = TRY(log::PosixDisk::open_to_read(options.from));
  TRY(expect_apart(options.from, options.to));
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
