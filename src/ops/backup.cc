#include "ops/backup.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/size.h"
#include "log/file/segment.h"
#include "log/file/superblock.h"
#include "ops/backup_shelf.h"
#include "ops/findings_text.h"

namespace mailrail::ops {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20;

// By their names the salts of the files that will never change.
using FinalFiles = std::map<std::string, std::uint64_t>;

// All but the one that its log ended in. What cannot be read is simply not shared.
Result<FinalFiles> final_files_of(const BackupDisk& backup) {
  FinalFiles files;
  const auto superblock = TRY(log::read_superblock(*backup.disk));
  if (!superblock) return files;
  const std::uint64_t tail = log::format::segment_of(superblock->end);
  for (const std::string& each : TRY(backup.disk->list())) {
    for (const auto kind : {log::format::SegmentKind::log, log::format::SegmentKind::checkpoint}) {
      const auto number = log::format::segment_named(kind, each);
      if (!number || (kind == log::format::SegmentKind::log && *number == tail)) continue;
      const auto segment = log::Segment::open(*backup.disk, kind, *number);
      if (segment) files[each] = (*segment)->header().salt;
    }
  }
  return files;
}

class Copier {
 public:
  Copier(BackupSource& source, const BackupDisk& to, Progress& progress)
      : source_(source), to_(to), progress_(progress) {}

  void share_with(BackupDisk before) {
    const Result<FinalFiles> files = final_files_of(before);
    if (!files) return;
    final_files_ = *files;
    before_ = std::move(before);
  }

  Result<void> copy(const log::Snapshot& snapshot, BackedUp& done) {
    total_bytes_ = snapshot.bytes();
    for (const log::SnapshotFile& each : snapshot.files) {
      if (is_shared(each)) {
        done.shared_bytes += each.length;
      } else {
        TRY(copy(each));
        done.copied_bytes += each.bytes;
      }
      finished_bytes_ += each.bytes;
      progress_.at(finished_bytes_, total_bytes_);
    }
    const auto journal = TRY(to_.disk->create_file(log::format::superblock_name));
    TRY(journal->write_at(0, std::array<std::string_view, 1>{snapshot.journal}));
    TRY(journal->sync());
    return to_.disk->sync();
  }

 private:
  bool is_shared(const log::SnapshotFile& file) {
    const auto found = final_files_.find(file.name);
    if (!file.is_final || found == final_files_.end() || found->second != file.salt) return false;
    return to_.directory->share(file.name, *before_.directory).has_value();
  }

  Result<void> copy(const log::SnapshotFile& file) {
    const auto made = TRY(to_.disk->create_file(file.name));
    TRY(made->allocate(file.length));
    for (std::uint64_t at = 0; at < file.bytes;) {
      const auto wanted =
          static_cast<std::size_t>(std::min<std::uint64_t>(piece_bytes, file.bytes - at));
      const std::string piece = TRY(source_.read(file.name, at, wanted));
      if (piece.empty() || piece.size() > wanted) {
        return fail(errors::io, fmt::format("The server gave {} bytes of {} at offset {}, not {}.",
                                            piece.size(), file.name, at, wanted));
      }
      TRY(made->write_at(at, std::array<std::string_view, 1>{piece}));
      at += piece.size();
      progress_.at(finished_bytes_ + at, total_bytes_);
    }
    return made->sync();
  }

  BackupSource& source_;
  const BackupDisk& to_;
  Progress& progress_;
  BackupDisk before_;
  FinalFiles final_files_;
  std::uint64_t finished_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
};

// The names come from the server and become files here.
Result<void> expect_files_of_a_log(const log::Snapshot& snapshot) {
  for (const log::SnapshotFile& each : snapshot.files) {
    if (log::format::segment_named(log::format::SegmentKind::log, each.name)) continue;
    if (log::format::segment_named(log::format::SegmentKind::checkpoint, each.name)) continue;
    return fail(errors::unusable, fmt::format("The server offers a file \"{}\", which is none of a "
                                              "log. Use the mailrail of its version.",
                                              each.name));
  }
  return {};
}

enum class Sharing : std::uint8_t { where_possible, none };

// One that is made and read, and does not count yet.
struct Made {
  BackupDisk disk;
  BackedUp done;
};

Result<Made> make(BackupSource& source,
                  BackupShelf& shelf,
                  const BackupOptions& options,
                  Sharing sharing,
                  Progress& progress) {
  const std::optional<std::string> newest = shelf.newest();
  Made made{.disk = TRY(shelf.begin(options.now)), .done = {}};
  const log::Snapshot snapshot = TRY(source.begin());
  TRY(expect_files_of_a_log(snapshot));
  Copier copier(source, made.disk, progress);
  if (newest && sharing == Sharing::where_possible) {
    Result<BackupDisk> before = open_backup(*newest);
    if (before) copier.share_with(*std::move(before));
  }
  TRY(copier.copy(snapshot, made.done));
  TRY(source.end());
  made.done.verified = TRY(verify(*made.disk.disk, options.hash_seed, progress));
  return made;
}

}  // namespace

Result<BackedUp> back_up(BackupSource& source, const BackupOptions& options, Progress& progress) {
  BackupShelf shelf = TRY(BackupShelf::open(options.destination));
  auto made =
      std::make_optional(TRY(make(source, shelf, options, Sharing::where_possible, progress)));
  if (!made->done.verified.is_whole() && made->done.shared_bytes > 0) {
    // The damage may be in what the backup before has, and not in the log.
    made.reset();
    made.emplace(TRY(make(source, shelf, options, Sharing::none, progress)));
  }
  BackedUp done = std::move(made->done);
  done.directory = TRY(shelf.finish(std::move(made->disk)));
  done.removed = TRY(shelf.remove_oldest(options.keep));
  return done;
}

std::string text_of(const BackedUp& backed_up) {
  std::string text = text_of(backed_up.verified, backed_up.directory);
  text += fmt::format("Copied {}", size_text(backed_up.copied_bytes));
  if (backed_up.shared_bytes > 0)
    text +=
        fmt::format("; {} are shared with the backup before", size_text(backed_up.shared_bytes));
  text += ".\n";
  if (!backed_up.removed.empty())
    text += fmt::format("Removed {}.\n", counted(backed_up.removed.size(), "older backup"));
  return text +
         fmt::format("Restore it with: mailrail restore {} --data DIR\n", backed_up.directory);
}

}  // namespace mailrail::ops
