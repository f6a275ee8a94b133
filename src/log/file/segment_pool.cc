#include "log/file/segment_pool.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include <fmt/format.h>

namespace mailrail::log {

using format::Before;

SegmentPool::SegmentPool(Disk& disk, std::uint64_t segment_bytes, std::uint64_t zeroed_bytes)
    : disk_(disk),
      segment_bytes_(segment_bytes),
      zeroed_bytes_(std::min(zeroed_bytes, segment_bytes)) {}

Result<void> SegmentPool::adopt(
    const std::vector<std::string>& names,
    const std::function<bool(const format::SegmentHeader&)>& is_needed) {
  for (std::string_view name : names) {  // New names may not be old ones.
    std::uint64_t number = 0;
    if (!name.starts_with(format::spare_prefix)) continue;
    name.remove_prefix(std::min(name.size(), format::spare_prefix.size() + 1));
    std::from_chars(name.data(), name.data() + name.size(), number);
    last_number_ = std::max(last_number_, number);
  }
  std::vector<std::string> fitting;
  std::set<std::uint64_t> seen;
  for (const std::string& name : names) {
    const std::unique_ptr<File> file = TRY(disk_.open_file(name));
    std::string page(format::page_bytes, '\0');
    page.resize(TRY(file->read_at(0, page)));
    auto header = format::segment_header(page, format::SegmentKind::log);
    if (!header) header = format::segment_header(page, format::SegmentKind::checkpoint);
    const bool is_ours = header && !is_needed(*header) && seen.insert(header->checksum).second;
    if (is_ours && TRY(file->size()) == segment_bytes_) {
      fitting.push_back(name);
    } else {
      TRY(disk_.remove(name));
    }
  }
  return take_back(fitting);
}

Result<void> SegmentPool::make_spare() {
  const std::string name = next_name();
  const std::unique_ptr<File> file = TRY(disk_.create_file(name));
  const auto fill = [&]() -> Result<void> {
    TRY(file->allocate(segment_bytes_));
    TRY(write_zeros(*file, 0, zeroed_bytes_));
    return file->sync();
  };
  if (Result<void> filled = fill(); !filled) {
    (void)disk_.remove(name);  // It would only take the space that is missing.
    return filled;
  }
  spares_.push_back({.name = name, .before = Before::zeros});
  return {};
}

Result<std::unique_ptr<Segment>> SegmentPool::make_segment(format::SegmentHeader header) {
  if (spares_.empty()) TRY(make_spare());
  const Spare spare = spares_.front();
  spares_.pop_front();
  header.bytes = segment_bytes_;
  header.before = spare.before;
  header.checksum = format::header_checksum(header, 0);

  std::string page(format::page_bytes, '\0');
  page.replace(0, sizeof header, format::bytes_of(header));
  const std::unique_ptr<File> file = TRY(disk_.open_file(spare.name));
  TRY(file->write_at(0, std::array<std::string_view, 1>{page}));
  TRY(file->sync());
  const std::uint64_t number = format::segment_of(header.base);
  TRY(disk_.rename(spare.name, format::segment_name(header.kind, number)));
  TRY(disk_.sync());
  return Segment::open(disk_, header.kind, number);
}

Result<void> SegmentPool::take_back(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::vector<Spare> taken;
  for (const std::string& name : names) {
    taken.push_back({.name = next_name(), .before = Before::anything});
    TRY(disk_.rename(name, taken.back().name));
  }
  TRY(disk_.sync());
  spares_.insert(spares_.end(), taken.begin(), taken.end());
  return {};
}

Result<void> SegmentPool::remove_spare() {
  TRY(disk_.remove(spares_.back().name));
  spares_.pop_back();
  return {};
}

std::string SegmentPool::next_name() {
  return fmt::format("{}-{}", format::spare_prefix, ++last_number_);
}

}  // namespace mailrail::log
