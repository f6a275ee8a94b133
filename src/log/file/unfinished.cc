#include "log/file/unfinished.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/check.h"
#include "log/file/format.h"

namespace mailrail::log {
namespace {

constexpr std::string_view kept_back = "JOURNAL.unfinished";
constexpr std::string_view lock_name = "LOCK";

std::string_view name_on_disk(std::string_view name) {
  return name == format::superblock_name ? kept_back : name;
}

// As long as any note, or a JOURNAL.
Result<std::string> journal_of(Disk& disk) {
  const std::unique_ptr<File> file = TRY(disk.open_file(format::superblock_name));
  std::string bytes(format::page_bytes, '\0');
  bytes.resize(TRY(file->read_at(0, bytes)));
  return bytes;
}

}  // namespace

std::string_view unfinished_note(MadeBy by) {
  switch (by) {
    case MadeBy::salvage:
      return "mailrail salvage has not finished here. Remove this directory and salvage again.\n";
    case MadeBy::move_log:
      return "mailrail move-log has not finished here. Remove this directory and move again.\n";
    case MadeBy::restore:
      return "mailrail restore has not finished here. Remove this directory and restore again.\n";
    case MadeBy::backup:
      return "This is a backup. mailrail restore makes a data directory of it.\n";
  }
  CHECK(false);
}

std::string refusal_of_note(std::string_view journal, std::string_view directory) {
  const auto refusal = [&](std::string_view command, std::string_view again) {
    return fmt::format(
        "The data directory {} is the unfinished result of `mailrail {}`; remove it and {} again.",
        directory, command, again);
  };
  if (journal == unfinished_note(MadeBy::salvage)) return refusal("salvage", "salvage");
  if (journal == unfinished_note(MadeBy::move_log)) return refusal("move-log", "move");
  if (journal == unfinished_note(MadeBy::restore)) return refusal("restore", "restore");
  if (journal == unfinished_note(MadeBy::backup)) {
    return fmt::format(
        "The directory {} is a backup, which no server may change; make a data directory of it "
        "with `mailrail restore {} --data DIR`.",
        directory, directory);
  }
  return "";
}

Result<void> expect_empty(Disk& disk) {
  for (const std::string& each : TRY(disk.list())) {
    if (each == lock_name) continue;  // Left by who has only looked.
    if (each == format::superblock_name) {
      const std::string journal = TRY(journal_of(disk));
      const std::string refusal = refusal_of_note(journal, disk.directory());
      if (!refusal.empty()) return fail(errors::unusable, refusal);
    }
    return fail(errors::unusable,
                fmt::format("The directory {} is not empty: {} is in it. Name one that is empty or "
                            "not there yet.",
                            disk.directory(), each));
  }
  return {};
}

Result<std::unique_ptr<UnfinishedDisk>> UnfinishedDisk::begin(Disk& disk, MadeBy by) {
  TRY(expect_empty(disk));
  TRY(disk.lock());
  TRY(expect_empty(disk));  // Whoever held it may have filled it.
  const std::unique_ptr<File> note = TRY(disk.create_file(format::superblock_name));
  TRY(note->write_at(0, std::array{unfinished_note(by)}));
  TRY(note->sync());
  TRY(disk.sync());
  return std::unique_ptr<UnfinishedDisk>(new UnfinishedDisk(disk));
}

Result<std::unique_ptr<UnfinishedDisk>> UnfinishedDisk::look(Disk& disk, MadeBy by) {
  const std::vector<std::string> names = TRY(disk.list());
  if (!std::ranges::binary_search(names, format::superblock_name)) return nullptr;
  if (TRY(journal_of(disk)) != unfinished_note(by)) return nullptr;
  return std::unique_ptr<UnfinishedDisk>(new UnfinishedDisk(disk));
}

Result<void> UnfinishedDisk::finish() {
  TRY(disk_.rename(kept_back, format::superblock_name));
  return disk_.sync();
}

Result<std::vector<std::string>> UnfinishedDisk::list() const {
  std::vector<std::string> names = TRY(disk_.list());
  std::erase(names, format::superblock_name);
  std::ranges::replace(names, std::string(kept_back), std::string(format::superblock_name));
  std::ranges::sort(names);
  return names;
}

Result<std::unique_ptr<File>> UnfinishedDisk::open_file(std::string_view name) {
  return disk_.open_file(name_on_disk(name));
}

Result<std::unique_ptr<File>> UnfinishedDisk::create_file(std::string_view name) {
  return disk_.create_file(name_on_disk(name));
}

Result<void> UnfinishedDisk::rename(std::string_view from, std::string_view to) {
  return disk_.rename(name_on_disk(from), name_on_disk(to));
}

Result<void> UnfinishedDisk::remove(std::string_view name) {
  return disk_.remove(name_on_disk(name));
}

}  // namespace mailrail::log
