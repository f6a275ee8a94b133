#include "log/file/superblock.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "log/file/segment.h"
#include "log/file/unfinished.h"

namespace mailrail::log {

Result<std::optional<format::Superblock>> read_superblock(Disk& disk) {
  const std::vector<std::string> names = TRY(disk.list());
  if (!std::ranges::binary_search(names, format::superblock_name)) return std::nullopt;

  const std::unique_ptr<File> file = TRY(disk.open_file(format::superblock_name));
  std::string bytes(format::page_bytes, '\0');
  bytes.resize(TRY(file->read_at(0, bytes)));

  if (const std::string refusal = refusal_of_note(bytes, disk.directory()); !refusal.empty())
    return fail(errors::unusable, refusal);
  const std::optional<std::uint32_t> version = format::superblock_version(bytes);
  if (version && *version > format::format_version) {
    return fail(errors::unusable, fmt::format("The data directory {} has journal format {}, and "
                                              "this mailrail knows none above {}; use a "
                                              "newer mailrail.",
                                              disk.directory(), *version, format::format_version));
  }
  const std::optional<format::Superblock> block = format::superblock(bytes);
  if (!block) return damaged(disk.path(format::superblock_name), 0, "its checksum is wrong");
  return block;
}

std::string bytes_of(format::Superblock block) {
  block.checksum = format::header_checksum(block, 0);
  return std::string(format::bytes_of(block));
}

Result<void> write_superblock(Disk& disk, format::Superblock block) {
  const std::string bytes = bytes_of(block);
  const std::unique_ptr<File> file = TRY(disk.create_file(format::superblock_draft_name));
  TRY(file->write_at(0, std::array<std::string_view, 1>{bytes}));
  TRY(file->sync());
  TRY(disk.rename(format::superblock_draft_name, format::superblock_name));
  return disk.sync();
}

}  // namespace mailrail::log
