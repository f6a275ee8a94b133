#include "base/check.h"
#include "log/file/file_log.h"
#include "log/file/superblock.h"

namespace mailrail::log {
namespace {

SnapshotFile file_of(const Segment& segment) {
  const format::SegmentHeader& header = segment.header();
  return {.name = format::segment_name(header.kind, segment.number()),
          .bytes = header.bytes,
          .length = header.bytes,
          .salt = header.salt,
          .is_final = true};
}

}  // namespace

// What the log thread writes later lies behind what is copied.
Result<Snapshot> FileLog::snapshot(std::shared_ptr<const Keep> keep) {
  const std::scoped_lock lock(changing_);
  if (!failure_.empty()) return fail(errors::io, failure_);
  CHECK(!is_closed_);
  Snapshot snapshot{.journal = bytes_of(closed_here()), .files = {}};
  const format::Checkpoint& checkpoint = superblock_.checkpoint;
  for (std::uint64_t i = 0; i < checkpoint.segments; ++i) {
    const std::unique_ptr<Segment> part =
        TRY(Segment::open(disk_, format::SegmentKind::checkpoint, checkpoint.first + i));
    snapshot.files.push_back(file_of(*part));
  }
  {
    const std::scoped_lock segments_lock(segments_mutex_);
    for (auto each = segments_.lower_bound(superblock_.first_segment); each != segments_.end();
         ++each) {
      snapshot.files.push_back(file_of(*each->second));
    }
  }
  snapshot.files.back().bytes = tail_.offset;
  snapshot.files.back().is_final = false;
  keep_ = std::move(keep);
  return snapshot;
}

Result<std::string> FileLog::read_file(const std::string& name,
                                       std::uint64_t offset,
                                       std::size_t length) const {
  const std::unique_ptr<File> file = TRY(disk_.open_file(name));
  std::string bytes(length, '\0');
  bytes.resize(TRY(file->read_at(offset, bytes)));
  return bytes;
}

}  // namespace mailrail::log
