#include "cli/backup_commands.h"

#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "admin/backups.h"
#include "base/random.h"
#include "cli/apart.h"
#include "cli/argument.h"
#include "cli/file_limit.h"
#include "cli/progress_bar.h"
#include "cli/session.h"
#include "ops/backup.h"
#include "ops/backup_shelf.h"
#include "ops/restore.h"
#include "server/engine_clock.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct BackupOptions {
  SessionOptions session;
  std::string destination;
  std::size_t keep = 0;
};

struct RestoreOptions {
  std::string from;
  std::string data = "./mailrail-data";
  bool is_optional = false;
};

// A server, over its API.
class ServerSource final : public ops::BackupSource {
 public:
  explicit ServerSource(client::Client& client) : client_(client) {}

  Result<log::Snapshot> begin() override {
    auto begun =
        TRY(client_.ask<admin::BeginBackupOutput>(Service::mailrail, "BeginBackup", Nothing{}));
    id_ = std::move(begun.backup_id);
    log::Snapshot snapshot{.journal = std::move(begun.journal.bytes), .files = {}};
    for (admin::BackupFile& each : begun.files) {
      snapshot.files.push_back({.name = std::move(each.name),
                                .bytes = TRY(size_of(each.bytes)),
                                .length = TRY(size_of(each.length)),
                                .salt = TRY(salt_of(each.salt)),
                                .is_final = each.is_final});
    }
    return snapshot;
  }

  Result<std::string> read(const std::string& name,
                           std::uint64_t offset,
                           std::size_t length) override {
    auto read = TRY(client_.ask<admin::ReadBackupOutput>(
        Service::mailrail, "ReadBackup",
        admin::ReadBackupInput{.backup_id = id_,
                               .name = name,
                               .offset = static_cast<std::int64_t>(offset),
                               .bytes = static_cast<int>(length)}));
    return std::move(read.data.bytes);
  }

  Result<void> end() override {
    TRY(client_.ask(Service::mailrail, "EndBackup", admin::EndBackupInput{.backup_id = id_}));
    return {};
  }

 private:
  static std::unexpected<Error> not_understood(std::string_view what) {
    return fail(errors::refused,
                fmt::format("The server's answer cannot be understood: {}. Use the mailrail of its "
                            "version.",
                            what));
  }
  // No file of a log is longer than its segments.
  static Result<std::uint64_t> size_of(std::int64_t bytes) {
    if (bytes < 0 || static_cast<std::uint64_t>(bytes) > log::format::segment_bytes_max)
      return not_understood(fmt::format("a file of {} bytes", bytes));
    return static_cast<std::uint64_t>(bytes);
  }
  static Result<std::uint64_t> salt_of(const std::string& text) {
    std::uint64_t salt = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), salt, 16);
    if (error != std::errc() || end != text.data() + text.size())
      return not_understood(fmt::format("the salt \"{}\"", text));
    return salt;
  }

  client::Client& client_;
  std::string id_;
};

Result<ExitCode> back_up(const BackupOptions& options, Session& session) {
  raise_file_limit();
  ServerSource source(session.client);
  SystemRandom random;
  const ops::BackedUp done = TRY([&] {
    ProgressBar bar("backup");
    return ops::back_up(source,
                        {.destination = options.destination,
                         .now = server::wall_time(),
                         .keep = options.keep,
                         .hash_seed = random.next()},
                        bar);
  }());
  if (session.output.wants_json()) {
    print_object(session.output, {{"Directory", done.directory},
                                  {"CopiedBytes", done.copied_bytes},
                                  {"SharedBytes", done.shared_bytes},
                                  {"Messages", done.verified.messages},
                                  {"Queues", done.verified.queues},
                                  {"IsWhole", done.verified.is_whole()}});
  } else {
    fmt::print("{}", ops::text_of(done));
  }
  return done.verified.is_whole() ? ExitCode::done : ExitCode::failed;
}

// What is said, and whether it is whole.
struct Restored {
  std::string text;
  bool is_whole = true;
};

Result<Restored> restored(const RestoreOptions& options) {
  const std::string journal = fmt::format("{}/{}", options.data, log::format::superblock_name);
  std::error_code ignored;
  if (options.is_optional && std::filesystem::exists(journal, ignored))
    return Restored{.text =
                        fmt::format("{} has a log already; nothing is restored.\n", options.data)};
  const std::optional<std::string> backup = TRY(ops::find_backup(options.from));
  if (!backup) {
    if (options.is_optional)
      return Restored{
          .text = fmt::format("There is no backup in {}; nothing is restored.\n", options.from)};
    return fail(mailrail::errors::unusable,
                fmt::format("There is no backup in {}. Make one with mailrail "
                            "backup {}.",
                            options.from, options.from));
  }
  TRY(expect_apart(*backup, options.data));
  SystemRandom random;
  ProgressBar bar("restore");
  const ops::Verified verified = TRY(ops::restore(*backup, options.data, random.next(), bar));
  return Restored{
      .text = fmt::format("Restored {} as\n{}", *backup, ops::text_of(verified, options.data)),
      .is_whole = verified.is_whole()};
}

int restore(const RestoreOptions& options) {
  raise_file_limit();
  const auto result = restored(options);
  if (!result) {
    fmt::print(stderr, "mailrail: {}\n", result.error().message);
    return 2;
  }
  fmt::print("{}", result->text);
  return result->is_whole ? 0 : 1;
}

}  // namespace

Command add_backup(CLI::App& app) {
  const auto options = std::make_shared<BackupOptions>();
  CLI::App* backup = add_subcommand(
      app, "backup",
      "Copy all that a running server holds, as it is now, into a new directory below DIR, read it "
      "back and verify it. What the backup before has already is not copied again.\n"
      "Exits with 0 if it is whole, 1 if what the server holds is damaged or it failed.");
  add_option(*backup, "DIR", options->destination, "Where backups stand.").required();
  add_option(*backup, "--keep", options->keep,
             "Remove all but so many of the newest backups. Default: none is removed.");
  return session_command(backup, options, &back_up);
}

Command add_restore(CLI::App& app) {
  const auto options = std::make_shared<RestoreOptions>();
  CLI::App* restore = add_subcommand(
      app, "restore",
      "Make a new data directory of a backup, and verify it.\n"
      "Exits with 0 if it is whole, 1 if the backup is damaged, 2 if it was not done.");
  add_option(*restore, "BACKUP", options->from,
             "A backup, or a directory of backups: then the newest of them.")
      .required();
  add_option(*restore, "--data", options->data,
             "The data directory to be made: empty, or not there yet.")
      .showing_default();
  add_flag(*restore, "--if-exists", options->is_optional,
           "Do nothing, and exit with 0, if there is no backup or the data directory has "
           "a log already: for the start of a container.");
  return {.app = restore, .run = [options] { return cli::restore(*options); }};
}

}  // namespace mailrail::cli
