#include "log/postgres/spool.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <xxhash.h>

#include "base/bytes.h"
#include "log/postgres/layout.h"

namespace mailrail::log::postgres {
namespace {

constexpr std::string_view name_prefix = "spool-";

// Before each payload, where no other payload lies: its length and its checksum.
constexpr std::size_t head_bytes = 12;
static_assert(head_bytes <= row_overhead_bytes);

std::uint32_t offset_of(Position position) {
  return static_cast<std::uint32_t>(position.value() - begin_of(partition_of(position)).value());
}

std::uint64_t checksum_of_payload(Position position, std::string_view payload) {
  return XXH3_64bits_withSeed(payload.data(), payload.size(), position.value());
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::open(Disk& disk, std::uint64_t bytes_max) {
  for (const std::string& each : TRY(disk.list())) {
    if (each.starts_with(name_prefix)) TRY(disk.remove(each));
  }
  return std::unique_ptr<Spool>(new Spool(disk, bytes_max));
}

void Spool::add(Position position, std::string_view payload) {
  Segment* segment = segment_for(partition_of(position));
  if (segment == nullptr) return;
  const std::uint32_t begin = offset_of(position);
  forget_from(*segment, begin);
  std::string head;
  ByteWriter writer(head);
  writer.u32(static_cast<std::uint32_t>(payload.size()));
  writer.u64(checksum_of_payload(position, payload));
  const std::array<std::string_view, 2> pieces = {head, payload};
  if (!segment->file->write_at(begin - head_bytes, pieces)) return;
  const std::scoped_lock lock(mutex_);
  segment->begins.push_back(begin);
  const std::uint64_t bytes = std::max(segment->bytes, begin + payload.size());
  bytes_ += bytes - std::exchange(segment->bytes, bytes);
}

void Spool::forget_from(Segment& segment, std::uint32_t begin) {
  const std::scoped_lock lock(mutex_);
  segment.begins.erase(std::ranges::lower_bound(segment.begins, begin), segment.begins.end());
}

// Only this thread changes what is there, so that it may go on without the lock.
Spool::Segment* Spool::segment_for(std::uint64_t partition) {
  if (const auto found = segments_.find(partition); found != segments_.end()) return &found->second;
  make_room();
  Segment segment{.partition = partition,
                  .name = fmt::format("{}{:010x}", name_prefix, partition),
                  .file = nullptr,
                  .begins = {}};
  auto file = disk_.create_file(segment.name);
  if (!file) return nullptr;
  segment.file = *std::move(file);
  const std::scoped_lock lock(mutex_);
  return &segments_.emplace(partition, std::move(segment)).first->second;
}

// For another segment.
void Spool::make_room() {
  constexpr std::uint64_t segment_bytes = std::uint64_t{1} << partition_shift;
  const std::scoped_lock lock(mutex_);
  for (auto each = segments_.begin(); each != segments_.end();) {
    if (bytes_ + segment_bytes <= bytes_max_) return;
    if (each->second.readers > 0) {
      ++each;
      continue;
    }
    bytes_ -= each->second.bytes;
    (void)disk_.remove(each->second.name);  // If it stays, the next start removes it.
    each = segments_.erase(each);
  }
}

std::optional<Spool::Kept> Spool::frame_with(Position position) const {
  std::unique_lock lock(mutex_);
  const auto found = segments_.find(partition_of(position));
  if (found == segments_.end()) return std::nullopt;
  const Segment& segment = found->second;
  const auto after = std::ranges::upper_bound(segment.begins, offset_of(position));
  if (after == segment.begins.begin()) return std::nullopt;
  const std::uint32_t begin = *std::prev(after);
  segment.readers += 1;
  lock.unlock();
  std::optional<std::string> payload = read_frame(segment, begin);
  lock.lock();
  segment.readers -= 1;
  if (!payload) return std::nullopt;
  return Kept{.position = begin_of(segment.partition) + begin, .payload = *std::move(payload)};
}

std::optional<std::string> Spool::read_frame(const Segment& segment, std::uint32_t begin) {
  std::string head(head_bytes, '\0');
  const auto read_head = segment.file->read_at(begin - head_bytes, head);
  if (!read_head || *read_head < head_bytes) return std::nullopt;
  ByteReader reader(head);
  const std::uint32_t length = reader.u32();
  const std::uint64_t checksum = reader.u64();
  if (length > frame_bytes_max) return std::nullopt;
  std::string payload(length, '\0');
  const auto read_payload = segment.file->read_at(begin, payload);
  if (!read_payload || *read_payload < length) return std::nullopt;
  if (checksum_of_payload(begin_of(segment.partition) + begin, payload) != checksum)
    return std::nullopt;
  return payload;
}

}  // namespace mailrail::log::postgres
