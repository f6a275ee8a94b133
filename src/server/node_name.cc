#include "server/node_name.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "log/file/format.h"

namespace mailrail::server {
namespace {

constexpr std::string_view file_name = "node";
constexpr std::size_t name_bytes = 16;

bool is_name(std::string_view text) {
  return text.size() == name_bytes && std::ranges::all_of(text, [](char each) {
           return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'f');
         });
}

Result<std::string> read(log::Disk& disk) {
  const auto file = TRY(disk.open_file(file_name));
  std::array<char, name_bytes> bytes{};
  const std::size_t count = TRY(file->read_at(0, bytes));
  std::string name(bytes.data(), count);
  if (is_name(name)) return name;
  return fail(errors::unusable,
              fmt::format("The file {} does not hold the name of a node. Remove it, and this "
                          "directory gets another one.",
                          disk.path(file_name)));
}

}  // namespace

Result<std::string> node_name(log::Disk& disk, Random& random) {
  const std::vector<std::string> names = TRY(disk.list());
  if (std::ranges::find(names, log::format::superblock_name) != names.end()) {
    return fail(errors::unusable,
                fmt::format("The directory {} keeps a log of its own, which would not be used. "
                            "Choose another one with --data DIR, or serve without --log.",
                            disk.directory()));
  }
  if (std::ranges::find(names, file_name) != names.end()) return read(disk);
  std::string name = fmt::format("{:016x}", random.next());
  constexpr std::string_view unfinished = "node.new";
  const auto file = TRY(disk.create_file(unfinished));
  const std::array<std::string_view, 1> pieces = {name};
  TRY(file->write_at(0, pieces));
  TRY(file->sync());
  TRY(disk.rename(unfinished, file_name));
  TRY(disk.sync());
  return name;
}

}  // namespace mailrail::server
