#include "ops/backup_shelf.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "log/file/format.h"

namespace mailrail::ops {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view unfinished_suffix = ".unfinished";

// 20261127T203512.042Z: sorts by time, and is a file's name everywhere.
std::string name_of(Instant now) {
  const std::time_t seconds = static_cast<std::time_t>(unix_seconds(now));
  return fmt::format("{:%Y%m%dT%H%M%S}.{:03}Z", fmt::gmtime(seconds), unix_ms(now) % 1000);
}

bool is_name(std::string_view text) {
  constexpr std::string_view pattern = "00000000T000000.000Z";
  return text.size() == pattern.size() &&
         std::ranges::equal(text, pattern, [](char each, char wanted) {
           return wanted == '0' ? each >= '0' && each <= '9' : each == wanted;
         });
}

// What name_of() was made from.
Instant instant_of(std::string_view name) {
  const auto number = [&](std::size_t at, std::size_t length) {
    int value = 0;
    for (const char each : name.substr(at, length)) value = value * 10 + (each - '0');
    return value;
  };
  const auto day = std::chrono::sys_days(std::chrono::year_month_day(
      std::chrono::year(number(0, 4)), std::chrono::month(static_cast<unsigned>(number(4, 2))),
      std::chrono::day(static_cast<unsigned>(number(6, 2)))));
  return Instant(std::chrono::duration_cast<Duration>(day.time_since_epoch()) +
                 std::chrono::hours(number(9, 2)) + std::chrono::minutes(number(11, 2)) +
                 std::chrono::seconds(number(13, 2)) + Duration(number(16, 3)));
}

std::unexpected<Error> failed(std::string_view verb, const fs::path& path, std::error_code cause) {
  return fail(errors::io, fmt::format("Cannot {} {}: {}.", verb, path.string(), cause.message()));
}

// Sorted.
std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code cause;
  for (fs::directory_iterator each(directory, cause), end; !cause && each != end;
       each.increment(cause)) {
    names.push_back(each->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> backups_in(const std::string& directory) {
  std::vector<std::string> names = names_in(directory);
  std::erase_if(names, [](const std::string& each) { return !is_name(each); });
  return names;
}

}  // namespace

Result<std::optional<std::string>> find_backup(const std::string& directory) {
  std::error_code cause;
  if (!fs::is_directory(directory, cause)) return std::nullopt;
  const auto disk = TRY(log::PosixDisk::open_to_read(directory));
  if (TRY(log::UnfinishedDisk::look(*disk, log::MadeBy::backup))) return directory;
  const std::vector<std::string> names = backups_in(directory);
  if (names.empty()) return std::nullopt;
  return fmt::format("{}/{}", disk->directory(), names.back());
}

Result<std::optional<Duration>> age_of_newest_backup(const std::string& directory, Instant now) {
  const std::optional<std::string> newest = TRY(find_backup(directory));
  if (!newest) return std::nullopt;
  const std::string name = fs::path(*newest).filename().string();
  if (!is_name(name)) return std::nullopt;
  return std::max(now - instant_of(name), Duration(0));
}

Result<BackupDisk> open_backup(const std::string& directory) {
  BackupDisk backup{.directory = TRY(log::PosixDisk::open_to_read(directory)), .disk = {}};
  backup.disk = TRY(log::UnfinishedDisk::look(*backup.directory, log::MadeBy::backup));
  if (backup.disk == nullptr) {
    return fail(errors::unusable,
                fmt::format("The directory {} is no backup of mailrail's.", directory));
  }
  return backup;
}

Result<BackupShelf> BackupShelf::open(const std::string& directory) {
  const auto disk = TRY(log::PosixDisk::open_anywhere(directory));
  for (const std::string& each : TRY(disk->list())) {
    if (each == log::format::superblock_name) {
      return fail(errors::unusable,
                  fmt::format("The directory {} is itself a data directory or a backup. Name one "
                              "that backups can stand in.",
                              directory));
    }
  }
  return BackupShelf(disk->directory());
}

std::optional<std::string> BackupShelf::newest() const {
  const std::vector<std::string> names = backups_in(directory_);
  if (names.empty()) return std::nullopt;
  return fmt::format("{}/{}", directory_, names.back());
}

Result<BackupDisk> BackupShelf::begin(Instant now) {
  TRY(remove_unfinished());
  name_ = name_of(now);
  const std::string path = fmt::format("{}/{}", directory_, name_);
  std::error_code cause;
  if (fs::exists(path, cause)) {
    return fail(errors::unusable, fmt::format("There is a backup {} already.", path));
  }
  BackupDisk made{
      .directory = TRY(log::PosixDisk::open_anywhere(fmt::format("{}{}", path, unfinished_suffix))),
      .disk = {}};
  made.disk = TRY(log::UnfinishedDisk::begin(*made.directory, log::MadeBy::backup));
  return made;
}

// One that somebody is at is locked.
Result<void> BackupShelf::remove_unfinished() {
  for (const std::string& each : names_in(directory_)) {
    const std::size_t end = each.size() - std::min(each.size(), unfinished_suffix.size());
    if (!is_name(std::string_view(each).substr(0, end)) || !each.ends_with(unfinished_suffix))
      continue;
    const fs::path path = fs::path(directory_) / each;
    const auto disk = TRY(log::PosixDisk::open_anywhere(path.string()));
    TRY(disk->lock());
    std::error_code cause;
    fs::remove_all(path, cause);
    if (cause) return failed("remove", path, cause);
  }
  return {};
}

Result<std::string> BackupShelf::finish(BackupDisk made) {
  TRY(made.directory->sync());
  const fs::path from = made.directory->directory();
  const fs::path to = fs::path(directory_) / name_;
  std::error_code cause;
  fs::rename(from, to, cause);
  if (cause) return failed("rename", from, cause);
  TRY(sync());
  return to.string();
}

Result<std::vector<std::string>> BackupShelf::remove_oldest(std::size_t keep) {
  std::vector<std::string> names = backups_in(directory_);
  if (keep == 0 || names.size() <= keep) return std::vector<std::string>();
  names.resize(names.size() - keep);
  for (const std::string& each : names) {
    // Under this name it counts no more, whatever interrupts its removal.
    const fs::path path = fs::path(directory_) / each;
    const fs::path gone = path.string() + std::string(unfinished_suffix);
    std::error_code cause;
    fs::rename(path, gone, cause);
    if (!cause) fs::remove_all(gone, cause);
    if (cause) return failed("remove", path, cause);
  }
  TRY(sync());
  return names;
}

Result<void> BackupShelf::sync() const {
  const auto disk = TRY(log::PosixDisk::open_anywhere(directory_));
  return disk->sync();
}

}  // namespace mailrail::ops
