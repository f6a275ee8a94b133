#include "ops/restore.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "log/file/format.h"
#include "ops/backup_shelf.h"

namespace mailrail::ops {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20;

bool is_of_the_log(std::string_view name) {
  return name == log::format::superblock_name ||
         log::format::segment_named(log::format::SegmentKind::log, name) ||
         log::format::segment_named(log::format::SegmentKind::checkpoint, name);
}

struct FileToCopy {
  std::string name;
  std::unique_ptr<log::File> file;
  std::uint64_t bytes = 0;
};

Result<void> copy(const FileToCopy& from,
                  log::Disk& to,
                  std::uint64_t& done_bytes,
                  std::uint64_t total_bytes,
                  Progress& progress) {
  const auto made = TRY(to.create_file(from.name));
  TRY(made->allocate(from.bytes));
  std::string piece(piece_bytes, '\0');
  for (std::uint64_t at = 0; at < from.bytes;) {
    const std::size_t count = TRY(from.file->read_at(at, piece));
    if (count == 0) break;  // It got shorter, which verifying finds.
    const std::string_view bytes = std::string_view(piece).substr(0, count);
    TRY(made->write_at(at, std::array<std::string_view, 1>{bytes}));
    at += count;
    done_bytes += count;
    progress.at(done_bytes, total_bytes);
  }
  return made->sync();
}

}  // namespace

Result<Verified> restore(const std::string& from,
                         const std::string& to,
                         std::uint64_t hash_seed,
                         Progress& progress) {
  const BackupDisk backup = TRY(open_backup(from));
  const auto directory = TRY(log::PosixDisk::open(to));
  const auto disk = TRY(log::UnfinishedDisk::begin(*directory, log::MadeBy::restore));
  std::vector<FileToCopy> files;
  std::uint64_t total_bytes = 0;
  for (const std::string& each : TRY(backup.disk->list())) {
    if (!is_of_the_log(each)) continue;
    FileToCopy file{.name = each, .file = TRY(backup.disk->open_file(each))};
    file.bytes = TRY(file.file->size());
    total_bytes += file.bytes;
    files.push_back(std::move(file));
  }
  std::uint64_t done_bytes = 0;
  for (const FileToCopy& each : files) TRY(copy(each, *disk, done_bytes, total_bytes, progress));
  TRY(disk->sync());
  Verified verified = TRY(verify(*disk, hash_seed, progress));
  TRY(disk->finish());
  return verified;
}

}  // namespace mailrail::ops
