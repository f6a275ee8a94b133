#include "cli/move_log.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/random.h"
#include "cli/apart.h"
#include "cli/file_limit.h"
#include "cli/log_database.h"
#include "cli/log_place.h"
#include "cli/progress_bar.h"
#include "log/posix_disk.h"
#include "ops/directory_source.h"
#include "ops/move_log.h"
#include "ops/new_directory.h"
#include "ops/shared_hold.h"

namespace mailrail::cli {
namespace {

// What a log is kept in.
struct Keeping {
  std::unique_ptr<log::PosixDisk> disk = {};
  std::unique_ptr<LogDatabase> database = {};

  std::string name() const { return disk != nullptr ? disk->directory() : database->name(); }
};

class Opener {
 public:
  Opener(const MoveLogOptions& options, Random& random) : options_(options), random_(random) {}

  Result<Keeping> keeping(const LogPlace& place, log::postgres::Absent absent) const {
    Keeping keeping;
    if (const auto* directory = std::get_if<DirectoryPlace>(&place)) {
      if (absent == log::postgres::Absent::refused)
        TRY(log::PosixDisk::open_to_read(directory->directory));
      keeping.disk = TRY(log::PosixDisk::open(directory->directory));
    } else {
      keeping.database = TRY(LogDatabase::open({.url = std::get<DatabasePlace>(place).url,
                                                .name = options_.log_name,
                                                .password_file = options_.password_file,
                                                .absent = absent}));
    }
    return keeping;
  }

  Result<std::unique_ptr<ops::SourceLog>> source(const Keeping& in) const {
    if (in.disk != nullptr) return TRY(ops::DirectorySource::open(*in.disk, random_));
    return std::make_unique<ops::SharedSource>(TRY(in.database->open()), self(), &wait);
  }

  Result<std::unique_ptr<ops::TargetLog>> target(const Keeping& in) const {
    if (in.disk != nullptr)
      return TRY(ops::NewDirectory::begin(*in.disk, random_, {}, log::MadeBy::move_log));
    LogDatabase& database = *in.database;
    const auto open = [&database] { return database.open(); };
    return TRY(ops::SharedTarget::take(open, self(), &wait, "The log " + database.name()));
  }

  // That a server is to be given to start on it.
  std::string serve_options(const LogPlace& place) const {
    if (const auto* directory = std::get_if<DirectoryPlace>(&place))
      return "--data " + log::shell_word(directory->directory);
    return fmt::format("--log {} --log-name {}",
                       log::shell_word(std::get<DatabasePlace>(place).url), options_.log_name);
  }

 private:
  log::LogOwner self() const {
    return {.node = fmt::format("mailrail move-log {:016x}", random_.next()), .address = {}};
  }

  const MoveLogOptions& options_;
  Random& random_;
};

Result<void> expect_two(const LogPlace& from, const LogPlace& to) {
  const auto* source = std::get_if<DirectoryPlace>(&from);
  const auto* target = std::get_if<DirectoryPlace>(&to);
  if (source != nullptr && target != nullptr)
    return expect_apart(source->directory, target->directory);
  if (from == to) return fail(errors::unusable, "A log can't be moved to where it is.");
  return {};
}

// What is said when it is done.
Result<std::string> moved(const MoveLogOptions& options) {
  const LogPlace from = TRY(log_place(options.from));
  const LogPlace to = TRY(log_place(options.to));
  TRY(expect_two(from, to));
  SystemRandom random;
  const Opener opener(options, random);
  const Keeping old_one = TRY(opener.keeping(from, log::postgres::Absent::refused));
  const auto source = TRY(opener.source(old_one));
  Keeping new_one;
  const auto make_target = [&]() -> Result<std::unique_ptr<ops::TargetLog>> {
    new_one = TRY(opener.keeping(to, log::postgres::Absent::made));
    return opener.target(new_one);
  };
  ProgressBar bar("move-log");
  const auto begin = std::chrono::steady_clock::now();
  const ops::Copied copied = TRY(ops::move_log(*source, make_target, random.next(), bar));
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  return fmt::format(
      "Moved {} from {} to {} in {:.1f} s; all of it was read back and is the same.\n"
      "Start on it with: mailrail serve {}\n"
      "{} still holds it, too. Start no server on that any more.\n",
      ops::text_of(copied), old_one.name(), new_one.name(), taken.count(), opener.serve_options(to),
      old_one.name());
}

}  // namespace

int move_log(const MoveLogOptions& options) {
  raise_file_limit();
  const auto result = moved(options);
  if (!result) {
    fmt::print(stderr, "mailrail: {}\n", result.error().message);
    return result.error().kind == &errors::corrupt ? 1 : 2;
  }
  fmt::print("{}", *result);
  return 0;
}

}  // namespace mailrail::cli
