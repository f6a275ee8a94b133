#include "server/limits.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <system_error>

#include <fmt/format.h>

#include "base/size.h"
#include "log/frame.h"

namespace mailrail::server {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr std::uint64_t small_disk_bytes = 4096 * mib;
// Half of them are in reserve.
constexpr std::uint64_t segments_min = 16;

std::size_t share(std::uint64_t bytes, std::uint64_t divisor, std::uint64_t bytes_min) {
  // What the default limit of 1 GiB comes to is the most.
  return static_cast<std::size_t>(std::clamp(bytes / divisor, bytes_min, 1024 * mib / divisor));
}

}  // namespace

std::size_t Limits::recent_bytes_max() const { return share(memory_bytes_max, 128, mib / 2); }
std::size_t Limits::read_bytes_max() const { return share(memory_bytes_max, 16, 4 * mib); }
std::size_t Limits::request_bytes_max() const { return share(memory_bytes_max, 4, 16 * mib); }

std::uint64_t default_memory_limit(std::uint64_t machine_bytes) {
  constexpr std::uint64_t most = 1024 * mib;
  if (machine_bytes == 0) return most;
  return std::clamp(machine_bytes / 4, memory_bytes_min, most);
}

std::uint64_t Limits::segment_bytes() const {
  return disk_bytes_max < small_disk_bytes ? 16 * mib : 64 * mib;
}

std::uint64_t Limits::payload_bytes_max() const {
  return disk_bytes_max < small_disk_bytes ? log::frame_bytes_max / 2 : log::frame_bytes_max;
}

Result<void> Limits::expect_room_for(std::uint64_t its_segment_bytes) const {
  const std::uint64_t least = segments_min * its_segment_bytes;
  // A limit that nobody said refuses sends where others have filled the volume, and no start.
  if (disk_limit != DiskLimit::said || disk_bytes_max >= least) return {};
  return fail(
      errors::unusable,
      fmt::format("The disk limit is {}, but the log was begun with segments of {} and "
                  "needs at least {}. Say a larger --disk-limit.",
                  size_text(disk_bytes_max), size_text(its_segment_bytes), size_text(least)));
}

Result<Volume> volume_of(const log::Disk& disk) {
  Volume volume{.capacity = TRY(disk.capacity()), .directory = disk.directory()};
  std::error_code ignored;  // A file that goes while it is counted is not worth a refusal.
  for (std::filesystem::directory_iterator each(volume.directory, ignored), end;
       !ignored && each != end; each.increment(ignored)) {
    std::error_code gone;
    const std::uint64_t bytes = each->is_regular_file(gone) ? each->file_size(gone) : 0;
    if (!gone) volume.taken_bytes += bytes;
  }
  return volume;
}

Result<VolumeShare> share_of(const Volume& volume, std::uint32_t percent) {
  const std::uint64_t total = volume.capacity.total_bytes;
  if (total == 0) return VolumeShare{.bytes = std::numeric_limits<std::uint64_t>::max()};
  const std::uint64_t share = total / 100 * percent;
  if (share < disk_bytes_min) {
    return fail(
        errors::unusable,
        fmt::format("{} % of the volume of {} are {}, and mailrail needs at least {}. Choose a "
                    "directory on a larger volume with --data DIR, or say --disk-limit.",
                    percent, volume.directory, size_text(share), size_text(disk_bytes_min)));
  }
  // From a volume that others have filled what is stored can still be fetched.
  const std::uint64_t left =
      std::max(volume.taken_bytes + volume.capacity.available_bytes, disk_bytes_min);
  if (share <= left) return VolumeShare{.bytes = share, .limit = DiskLimit::share_of_volume};
  return VolumeShare{.bytes = left, .limit = DiskLimit::left_on_volume};
}

Result<void> expect_fits(std::uint64_t bytes, const Volume& volume) {
  const std::uint64_t total = volume.capacity.total_bytes;
  if (total == 0 || bytes <= total) return {};
  return fail(errors::unusable,
              fmt::format("The disk limit is {}, but the volume of {} has only {}. Say a smaller "
                          "--disk-limit, or choose a directory on a larger volume with --data DIR.",
                          size_text(bytes), volume.directory, size_text(total)));
}

std::optional<std::string> warning_of(const log::Space& space, std::uint64_t disk_bytes_max) {
  if (space.total() < disk_bytes_max / 5 * 4) return std::nullopt;
  return fmt::format(
      "the log takes {} of the {} that it may take of the database: at that limit new messages are "
      "refused. Receive and delete messages, or start mailrail with a larger --disk-limit.",
      size_text(space.total()), size_text(disk_bytes_max));
}

}  // namespace mailrail::server
