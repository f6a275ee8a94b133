#include "log/file/checkpoint_reader.h"

#include <fmt/format.h>

#include "log/file/segment_reader.h"

namespace mailrail::log {

using Found = SegmentReader::Found;

Result<void> read_checkpoint(Disk& disk,
                             const format::Checkpoint& checkpoint,
                             const VisitPart& visit) {
  SegmentReader reader;
  std::uint64_t chain = 0;
  std::uint64_t frames = 0;
  for (std::uint64_t i = 0; i < checkpoint.segments; ++i) {
    const auto segment =
        TRY(Segment::open(disk, format::SegmentKind::checkpoint, checkpoint.first + i));
    reader.start(*segment);
    if (reader.chain() != chain)
      return damaged(segment->path(), 0, "the segment doesn't follow the one before it");
    for (; frames < checkpoint.frames; ++frames) {
      const std::uint64_t offset = reader.offset();
      const Found found = TRY(reader.next());
      if (found == Found::unchained)
        return damaged(segment->path(), offset, "a frame doesn't follow the one before it");
      if (found != Found::facts) break;  // The next segment goes on, or the chain is broken.
      TRY(visit(reader.payload(), reader.header().count));
    }
    chain = reader.chain();
  }
  if (frames == checkpoint.frames && chain == checkpoint.chain) return {};
  const std::string last = format::segment_name(
      format::SegmentKind::checkpoint,
      checkpoint.first + (checkpoint.segments > 0 ? checkpoint.segments - 1 : 0));
  return damaged(disk.path(last), reader.offset(),
                 fmt::format("the checkpoint has {} parts, and {} of them can be read in order",
                             checkpoint.frames, frames));
}

}  // namespace mailrail::log
