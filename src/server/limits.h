// Limits: what a server may take, as its options and the machine decide.
//
// Messages and queues have their limit to themselves; what passes through (requests under way,
// bodies read back, frames kept for receives that follow soon) has budgets beside it that shrink
// with it, so that a small limit makes a small process.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "log/disk.h"
#include "log/log_store.h"

namespace mailrail::server {

inline constexpr std::uint64_t memory_bytes_min = std::uint64_t{64} << 20;
inline constexpr std::uint64_t disk_bytes_min = std::uint64_t{512} << 20;

// What the disk limit came from, for the banner.
enum class DiskLimit : std::uint8_t { said, share_of_volume, left_on_volume, none };

struct Limits {
  std::uint64_t memory_bytes_max = 0;  // Of messages and queues.
  std::uint64_t disk_bytes_max = 0;    // Of the files of the log.
  DiskLimit disk_limit = DiskLimit::said;

  std::size_t recent_bytes_max() const;
  std::size_t read_bytes_max() const;
  // Both of requests under way and of those that are half there.
  std::size_t request_bytes_max() const;

  // Of a new log: some segments are always kept in reserve, and the end of each where the longest
  // frame does not fit stays empty. A small disk has little to spare for either.
  std::uint64_t segment_bytes() const;
  std::uint64_t payload_bytes_max() const;
  // Whether a log with segments of that length can work within the limit.
  Result<void> expect_room_for(std::uint64_t its_segment_bytes) const;
};

// A quarter of the machine's memory, but no less than the minimum and no more than 1 GiB.
std::uint64_t default_memory_limit(std::uint64_t machine_bytes);

// The volume that the log is on, and what of it the log has already.
struct Volume {
  log::Capacity capacity;
  std::uint64_t taken_bytes = 0;
  std::string directory;
};

// Counts the regular files in the directory.
Result<Volume> volume_of(const log::Disk& disk);

struct VolumeShare {
  std::uint64_t bytes = 0;
  DiskLimit limit = DiskLimit::none;

  friend bool operator==(const VolumeShare&, const VolumeShare&) = default;
};

// That share of the volume, but not what others have taken of it. Refused if the volume is too
// small to work with. No limit if the file system does not tell its size.
Result<VolumeShare> share_of(const Volume& volume, std::uint32_t percent);

// A limit beyond what the volume has would be met by a full disk first.
Result<void> expect_fits(std::uint64_t bytes, const Volume& volume);

// A sentence for the operator if a log in a database takes four fifths of what it may, or more.
std::optional<std::string> warning_of(const log::Space& space, std::uint64_t disk_bytes_max);

}  // namespace mailrail::server
