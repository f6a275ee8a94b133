#include "cli/verify.h"

#include <cstdio>

#include <fmt/format.h>

#include "base/random.h"
#include "cli/file_limit.h"
#include "cli/progress_bar.h"
#include "log/posix_disk.h"
#include "ops/verify.h"

namespace mailrail::cli {
namespace {

Result<ops::Verified> verified(const std::string& directory) {
  const auto disk = TRY(log::PosixDisk::open_to_read(directory));
  SystemRandom random;
  ProgressBar bar("verify");
  return ops::verify(*disk, random.next(), bar);
}

}  // namespace

int verify(const std::string& directory) {
  raise_file_limit();
  const auto result = verified(directory);
  if (!result) {
    fmt::print(stderr, "mailrail: {}\n", result.error().message);
    return 2;
  }
  fmt::print("{}", ops::text_of(*result, directory));
  return result->is_whole() ? 0 : 1;
}

}  // namespace mailrail::cli
