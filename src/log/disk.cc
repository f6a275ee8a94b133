#include "log/disk.h"

#include <algorithm>

namespace mailrail::log {

Result<void> write_zeros(File& file, std::uint64_t offset, std::uint64_t bytes) {
  static const std::string zeros(std::size_t{64} << 10, '\0');
  std::vector<std::string_view> pieces;
  for (std::uint64_t left = bytes; left > 0; left -= pieces.back().size()) {
    pieces.push_back(
        std::string_view(zeros).substr(0, std::min<std::uint64_t>(left, zeros.size())));
  }
  return file.write_at(offset, pieces);
}

}  // namespace mailrail::log
