#include "cli/verify.h"

#include <cstdio>

#include <fmt/format.h>

#include "base/random.h"
#include "cli/file_limit.h"
#include "cli/log_database.h"
#include "cli/log_place.h"
#include "cli/progress_bar.h"
#include "log/file/unfinished.h"
#include "log/posix_disk.h"
#include "ops/verify.h"
#include "ops/verify_store.h"

namespace mailrail::cli {
namespace {

// What is said, and whether it is whole.
struct Told {
  std::string text;
  bool is_whole = false;
};

Result<Told> directory_verified(const std::string& directory) {
  const auto disk = TRY(log::PosixDisk::open_to_read(directory));
  const auto backup = TRY(log::UnfinishedDisk::look(*disk, log::MadeBy::backup));
  log::Disk& files = backup != nullptr ? static_cast<log::Disk&>(*backup) : *disk;
  SystemRandom random;
  ProgressBar bar("verify");
  const ops::Verified verified = TRY(ops::verify(files, random.next(), bar));
  return Told{.text = ops::text_of(verified, directory), .is_whole = verified.is_whole()};
}

Result<Told> database_verified(const VerifyOptions& options) {
  const auto database = TRY(LogDatabase::open({.url = options.log,
                                               .name = options.log_name,
                                               .password_file = options.password_file,
                                               .absent = log::postgres::Absent::refused}));
  const auto log = TRY(database->open());
  SystemRandom random;
  ProgressBar bar("verify");
  const ops::VerifiedStore verified = TRY(ops::verify(*log, random.next(), &wait, bar));
  return Told{.text = ops::text_of(verified, database->name()), .is_whole = verified.is_whole()};
}

}  // namespace

int verify(const VerifyOptions& options) {
  raise_file_limit();
  const auto told =
      is_database_url(options.log) ? database_verified(options) : directory_verified(options.log);
  if (!told) {
    fmt::print(stderr, "mailrail: {}\n", told.error().message);
    return 2;
  }
  fmt::print("{}", told->text);
  return told->is_whole ? 0 : 1;
}

}  // namespace mailrail::cli
