#include "log/file/unfinished.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "log/file/format.h"

namespace mailrail::log {
namespace {

constexpr std::string_view kept_back = "JOURNAL.salvaged";
constexpr std::string_view lock_name = "LOCK";

std::string_view name_on_disk(std::string_view name) {
  return name == format::superblock_name ? kept_back : name;
}

}  // namespace

Result<void> expect_empty(const Disk& disk) {
  for (const std::string& each : TRY(disk.list())) {
    if (each == lock_name) continue;  // Left by who has only looked.
    return fail(
        errors::unusable,
        fmt::format("The directory {} is not empty: {} is in it. Name one with --to that is "
                    "empty or not there yet.",
                    disk.directory(), each));
  }
  return {};
}

Result<std::unique_ptr<UnfinishedDisk>> UnfinishedDisk::begin(Disk& disk) {
  TRY(expect_empty(disk));
  TRY(disk.lock());
  TRY(expect_empty(disk));  // Whoever held it may have filled it.
  const std::unique_ptr<File> note = TRY(disk.create_file(format::superblock_name));
  TRY(note->write_at(0, std::array{unfinished_note}));
  TRY(note->sync());
  TRY(disk.sync());
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
