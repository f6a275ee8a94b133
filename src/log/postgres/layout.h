// Where frames lie in a database: arithmetic of positions, and what makes a row whole.
//
// A position is the number of a partition and an offset in it, as in the file log that of a
// segment. Between two payloads lies about what a row takes beside its payload, so that positions
// count bytes of the database. A partition is left where the longest frame would not fit any more,
// so the next position is known before a frame is filled.

#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ids.h"
#include "log/postgres/database.h"

namespace mailrail::log::postgres {

inline constexpr int partition_shift = 26;
inline constexpr std::uint64_t row_overhead_bytes = 128;

struct Layout {
  std::uint64_t partition_bytes = std::uint64_t{1} << partition_shift;  // At most that.
  std::size_t payload_bytes_max = frame_bytes_max;
};

constexpr std::uint64_t partition_of(Position position) {
  return position.value() >> partition_shift;
}
constexpr Position begin_of(std::uint64_t partition) {
  return Position(partition << partition_shift);
}
constexpr Position first_in(std::uint64_t partition) {
  return begin_of(partition) + row_overhead_bytes;
}

// Where the payload after one of that many bytes begins.
constexpr Position position_after(Position position,
                                  std::size_t payload_bytes,
                                  const Layout& layout) {
  const Position next = position + payload_bytes + row_overhead_bytes;
  const std::uint64_t partition = partition_of(position);
  const std::uint64_t offset = next.value() - begin_of(partition).value();
  return offset + layout.payload_bytes_max > layout.partition_bytes ? first_in(partition + 1)
                                                                    : next;
}

std::uint64_t checksum_of(const StoredFrame& frame);
std::uint64_t checksum_of(const StoredPart& part);

}  // namespace mailrail::log::postgres
